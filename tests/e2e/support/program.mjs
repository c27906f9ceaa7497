// Programs that tests start. They end with the tests, however those end.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const running = new Set();
process.once('exit', () => running.forEach(program => program.kill(program.endsBy)));
// The runner's way to end a file that takes too long.
process.once('SIGTERM', () => process.exit(1));

/** Where the tests' build left a program of ours. */
export const built = name => fileURLToPath(new URL(`../../../target/debug/${name}`, import.meta.url));

/** Starts a program, which `settings.killSignal` ends; `ended` is its exit code, or null when a signal ended it. */
export function start(file, options, settings) {
  const program = spawn(file, options, settings);
  program.endsBy = settings.killSignal ?? 'SIGTERM';
  running.add(program);
  program.ended = new Promise(resolve => {
    const end = code => {
      running.delete(program);
      resolve(code);
    };
    program.once('exit', end);
    program.once('error', () => end(null));
  });
  return program;
}

/** Sends `signal`, unless it has ended, and gives its exit code. */
export function end(program, signal = program.endsBy) {
  program.kill(signal);
  return program.ended;
}
