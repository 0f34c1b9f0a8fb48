import { EXIT } from './exit.js';
import type { Output } from './output.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Turns the first interrupt into an abort, so that what is in flight is waited for and reported, and lets the
 * second one kill.
 */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  readonly #output: Output;
  #answer = 'stopping: waiting for the requests in flight (once more to kill)';
  readonly #onSignal = (): void => {
    if (this.#controller.signal.aborted) {
      this.#output.sayLast();
      process.exit(EXIT.interrupted);
    }
    this.#output.info(this.#answer);
    this.#controller.abort();
  };

  constructor(output: Output) {
    this.#output = output;
    for (const name of SIGNALS) process.on(name, this.#onSignal);
  }

  /** What the first one is answered with from now on. */
  readonly answer = (text: string): void => {
    this.#answer = text;
  };

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const name of SIGNALS) process.off(name, this.#onSignal);
  }
}
