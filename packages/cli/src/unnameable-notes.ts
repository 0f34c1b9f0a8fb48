import type { Unnameable } from '@store/core';
import { EXIT, type ExitCode } from './exit.js';
import type { Output } from './output.js';

/** Names on stderr what a listing shows and no request can name, and remembers that the result is without it. */
export class UnnameableNotes {
  readonly #output: Pick<Output, 'note'>;
  #count = 0;

  constructor(output: Pick<Output, 'note'>) {
    this.#output = output;
  }

  /** For `onUnnameable`. */
  readonly tell = ({ name, reason }: Unnameable): void => {
    this.#count++;
    this.#output.note(`store: ${name}: ${reason.message}`);
  };

  get count(): number {
    return this.#count;
  }

  /** What a listing is worth that was read to its end. */
  get exitCode(): ExitCode {
    return this.#count === 0 ? EXIT.complete : EXIT.failed;
  }
}
