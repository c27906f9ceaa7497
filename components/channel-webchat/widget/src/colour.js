// The site gives one accent colour. What must be read on it or in it is computed, so that no choice
// of theirs falls under a contrast of 4.5 to 1 (WCAG 2.2, 1.4.3).

const WHITE = [255, 255, 255], BLACK = [0, 0, 0];

// Any CSS colour, read back from a canvas.
const rgb = colour => {
  const pen = document.createElement('canvas').getContext('2d');
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
};

const luminance = colour => {
  const [r, g, b] = colour.map(part => part < 11 ? part / 3295 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
};

const contrast = (one, other) => {
  const ratio = luminance(one) / luminance(other);
  return Math.max(ratio, 1 / ratio);
};

// The colour moved towards `goal` no further than it must to be read on `ground`.
const readable = (colour, ground, goal) => {
  let mixed = colour;
  for (let step = 1; contrast(mixed, ground) < 4.5; step++) {
    mixed = colour.map((part, i) => Math.round(part + (goal[i] - part) * step / 20));
  }
  return mixed;
};

export const palette = (accent, dark) => {
  const colour = rgb(accent);
  return {
    accent: colour,
    on: contrast(colour, WHITE) < 4.5 ? BLACK : WHITE,
    link: dark ? readable(colour, [40, 44, 53], WHITE) : readable(colour, [241, 243, 246], BLACK),
  };
};
