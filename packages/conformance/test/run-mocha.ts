import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface MochaResult {
  readonly failures: readonly { readonly fullTitle: string }[];
  readonly passes: readonly unknown[];
}

/** Runs spec files of this folder in a mocha of its own. */
export function runMocha(specs: readonly string[], options: readonly string[] = []): Promise<MochaResult> {
  const mocha = fileURLToPath(new URL('bin/mocha.js', import.meta.resolve('mocha/package.json')));
  const args = [
    mocha,
    '--no-config',
    '--reporter',
    'json',
    '--timeout',
    '20000',
    ...options,
    ...specs.map((spec) => fileURLToPath(new URL(spec, import.meta.url))),
  ];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 }, (_error, stdout) => {
      try {
        // The reporter's output has this shape; a wrong one fails the assertions of the caller.
        resolve(JSON.parse(stdout) as MochaResult);
      } catch (error) {
        reject(error instanceof Error ? error : new Error('no report'));
      }
    });
  });
}
