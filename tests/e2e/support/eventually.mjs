// Waiting for something to become true, with a limit and a reason.

const STEP_MS = 25;

/** Asks until `probe` gives something truthy, which it returns; errors count as "not yet". */
export async function eventually(what, probe, limitMs = 15_000) {
  const until = Date.now() + limitMs;
  let last;
  for (;;) {
    try {
      const found = await probe();
      if (found) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > until) {
      throw new Error(`waited ${limitMs} ms in vain: ${what}; last: ${last?.stack ?? JSON.stringify(last)}`);
    }
    await new Promise(resolve => setTimeout(resolve, STEP_MS));
  }
}
