import type { Command } from 'commander';
import { candidates } from '../candidates.js';
import type { Run } from '../context.js';
import { EXIT } from '../exit.js';

/** Nobody waits longer for a key that they press, in milliseconds. */
const LONGEST_MS = 2_000;

/** Of that, so much is left to end in. */
const TO_END_MS = 300;

/**
 * What the scripts of `store completion` ask: a candidate on each line, nothing for whatever goes wrong.
 *
 * @param names of all subcommands
 */
export function addComplete(program: Command, run: Run, names: readonly string[]): void {
  program
    .command('__complete', { hidden: true })
    .argument('[words...]', 'behind "--": what stands behind "store", the last word as far as it is typed')
    .helpOption(false)
    .action((words: readonly string[]) =>
      run(async ({ output, session, signal }) => {
        // A lookup of a name cannot be called off.
        setTimeout(() => process.exit(EXIT.complete), LONGEST_MS).unref();
        const enough = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS - TO_END_MS)]);
        try {
          for await (const one of candidates({ program, names }, session, words, enough)) output.print(one);
        } catch {
          // There is nobody to tell.
        }
        return EXIT.complete;
      }),
    );
}
