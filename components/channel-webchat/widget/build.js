// Bundles and minifies src/ into widget.js, which is committed: building the component needs no npm.
// `node build.js` writes it; the test asks for it and fails when the committed file is stale.
import * as esbuild from 'esbuild';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const here = path => fileURLToPath(new URL(path, import.meta.url));
export const BUNDLE = here('widget.js');

const css = {
  name: 'css as text',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await esbuild.transform(await readFile(path, 'utf8'), { loader: 'css', minify: true });
      return { contents: code.trim(), loader: 'text' };
    });
  },
};

export async function bundle() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [here('src/widget.js')], bundle: true, minify: true, write: false, charset: 'utf8',
    format: 'iife', target: ['chrome111', 'firefox119', 'safari16.4'], legalComments: 'none', plugins: [css],
  });
  return outputFiles[0].text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(BUNDLE, await bundle());
}
