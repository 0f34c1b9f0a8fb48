import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline/promises';
import { Writable, type Readable } from 'node:stream';

export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

/** Whether there is somebody to ask. */
export function canAsk({ stdin, stderr }: Terminal): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** Questions on a terminal, one after the other; what is typed ahead stays for the next. */
export class Dialogue implements Disposable {
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;
  readonly #stderr: Writable;
  readonly #signal: AbortSignal;
  #isHidden = false;
  #hasEnded = false;

  constructor({ stdin, stderr }: Terminal, signal: AbortSignal) {
    this.#stderr = stderr;
    this.#signal = signal;
    const screen = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        // At once, so that a question is out before what is typed is hidden.
        if (!this.#isHidden) stderr.write(chunk);
        done();
      },
    });
    this.#lines = createInterface({ input: stdin, output: screen, terminal: stdin.isTTY === true });
    this.#answers = this.#lines[Symbol.asyncIterator]();
    this.#lines.once('close', () => {
      this.#hasEnded = true;
    });
    // Readline takes Ctrl-C from the terminal; it is an interrupt here as everywhere.
    this.#lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  }

  /** Resolves to the answer without spaces around it; undefined at the end of the input. @throws the reason of the signal */
  async ask(question: string): Promise<string | undefined> {
    this.#signal.throwIfAborted();
    this.#lines.setPrompt(`${question} `);
    // What was typed ahead of the end still answers, but readline prompts nobody then: Node 24 throws.
    if (this.#hasEnded) this.#stderr.write(`${question} `);
    else this.#lines.prompt();
    const answered = new AbortController();
    const interrupted = once(this.#signal, 'abort', { signal: answered.signal });
    // Who is answered waits for no interrupt.
    interrupted.catch(() => undefined);
    try {
      const answer = await Promise.race([this.#answers.next(), interrupted]);
      this.#signal.throwIfAborted();
      return 'done' in answer && !answer.done ? answer.value.trim() : undefined;
    } finally {
      answered.abort();
    }
  }

  /** Why a question comes again. */
  say(text: string): void {
    this.#stderr.write(`${text}\n`);
  }

  /** As {@link ask}; what is typed does not show. */
  async askHidden(question: string): Promise<string | undefined> {
    const answer = this.ask(question);
    this.#isHidden = true;
    try {
      return await answer;
    } finally {
      this.#isHidden = false;
      this.#stderr.write('\n');
    }
  }

  /** Only `y` or `yes` means yes. The end of the input means no. */
  async confirm(question: string): Promise<boolean> {
    return /^y(es)?$/i.test((await this.ask(`${question} [y/N]`)) ?? '');
  }

  [Symbol.dispose](): void {
    this.#lines.close();
  }
}
