import { Channel, standardSink, type Sink } from './channel.js';
import { EXIT, type ExitCode } from './exit.js';
import { lineText, type Line } from './line.js';
import type { StatusLine } from './status-line.js';
import { jsonText, terminalText } from './terminal-text.js';

type Lines = string | Iterable<string>;

/** How often the line of a terminal is drawn, in milliseconds. */
const DRAW_EVERY_MS = 100;

/** Between two lines about how far it is where there is no terminal, in milliseconds. */
const LINE_EVERY_MS = 10_000;

/** Makes the line about how far something is, as it is now; undefined while there is nothing to tell. */
export type Telling = () => Line | undefined;

/** A line that is shown until it ends. */
export interface Shown extends Disposable {
  /** Ends it, with what it says last on a terminal left there. */
  readonly end: () => void;
}

/**
 * All that the command writes, in one place: results to stdout, everything about how it goes to stderr. Text loses here
 * what a terminal would act on; bytes and the values in JSON stay exactly as they are.
 *
 * What cannot be written never ends the work: it is said at the end, and in the exit code.
 */
export class Output {
  readonly #stdout: Channel;
  readonly #stderr: Channel;
  #quiet = false;
  #status: StatusLine | undefined;
  /** What is told, the latest last. */
  readonly #tellings: { readonly tell: Telling; toldAt: number }[] = [];
  #waiting: Telling = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #lossSaid = false;
  #otherLoss = false;
  #last: string | undefined;
  #indent: number | undefined = 2;

  constructor(stdout: Sink = standardSink(1), stderr: Sink = standardSink(2)) {
    this.#stdout = new Channel(stdout);
    this.#stderr = new Channel(stderr);
  }

  /**
   * Before anything is shown of how far it is.
   *
   * @param waiting what is told in its place while a server has not answered
   */
  async prepare({ quiet, waiting }: { readonly quiet: boolean; readonly waiting: Telling }): Promise<void> {
    this.#quiet = quiet;
    if (quiet) return;
    this.#waiting = waiting;
    if (this.interactive) {
      const { StatusLine } = await import('./status-line.js');
      this.#status = new StatusLine(this.#stderr.sink);
    }
    this.#timer = setInterval(() => this.#tick(), DRAW_EVERY_MS).unref();
  }

  /** No result gets anywhere any more: listing on would be for nothing. */
  get closed(): boolean {
    return this.#stdout.closed;
  }

  /** Nothing is told but errors and the result. */
  get quiet(): boolean {
    return this.#quiet;
  }

  /** Results and what is told of it go to the same terminal. */
  get oneTerminal(): boolean {
    return this.interactive && this.#stdout.sink.isTTY === true;
  }

  /** Stderr is a terminal, on which {@link show} draws: one that can go back in a line. */
  get interactive(): boolean {
    return this.#stderr.sink.isTTY === true && process.env['TERM'] !== 'dumb';
  }

  /** Writes one of many lines, and waits while the reader is behind. */
  async line(text: string): Promise<void> {
    this.#makeRoom();
    await this.#stdout.send(shown(text));
  }

  /** As {@link line}, a JSON document. */
  async jsonLine(value: unknown): Promise<void> {
    this.#makeRoom();
    await this.#stdout.send(`${jsonText(value)}\n`);
  }

  /** As {@link line}, content. */
  async bytes(chunk: Uint8Array): Promise<void> {
    this.#makeRoom();
    await this.#stdout.send(chunk);
  }

  /** As {@link line}, without waiting. */
  print(text: Lines): void {
    this.#makeRoom();
    this.#stdout.write(shown(text));
  }

  /** Writes what the command was run for; to stderr when stdout does not take it. */
  async result(text: Lines): Promise<void> {
    await this.#deliver(shown(text));
  }

  /** There will be several of {@link resultJson}: one a line. */
  expectSeveral(): void {
    this.#indent = undefined;
  }

  /** As {@link result}, a JSON document. */
  async resultJson(value: unknown): Promise<void> {
    await this.#deliver(`${jsonText(value, this.#indent)}\n`);
  }

  /** Tells on stderr what has to be known: errors, and what somebody is asked about. */
  note(text: Lines): void {
    this.#status?.clear();
    this.#stderr.write(shown(text));
  }

  /** As {@link note}, a JSON document on one line. */
  noteJson(value: unknown): void {
    this.#status?.clear();
    this.#stderr.write(`${jsonText(value)}\n`);
  }

  /** As {@link note}, what is good to know: how it goes. */
  info(text: Lines): void {
    if (!this.#quiet) this.note(text);
  }

  /**
   * Shows how far something is, until that ends: on a terminal a line that is drawn again and again, elsewhere a line now and
   * then.
   */
  show(tell: Telling): Shown {
    const telling = { tell, toldAt: performance.now() };
    this.#tellings.push(telling);
    const stop = (leave: boolean): void => {
      const at = this.#tellings.indexOf(telling);
      if (at < 0) return;
      const line = leave && this.#status?.isDrawn ? tell() : undefined;
      if (line && !this.#stderr.closed) {
        this.#status?.draw(line);
        this.#status?.leave();
      }
      this.#tellings.splice(at, 1);
      this.#status?.clear();
    };
    return { end: () => stop(true), [Symbol.dispose]: () => stop(false) };
  }

  /** Says that something could not be written elsewhere: the exit code tells it too. */
  lost(text: string): void {
    this.#otherLoss = true;
    this.note(`store: ${text}`);
  }

  /** What {@link sayLast} is to say; undefined for nothing. */
  lastly(text: string | undefined): void {
    this.#last = text;
  }

  /** The last words, behind everything else, once. */
  sayLast(): void {
    const last = this.#last;
    this.#last = undefined;
    this.#status?.clear();
    if (last !== undefined) this.note(last);
  }

  /** The end: says whether output was lost. @returns what to exit with, when the work itself ended with `code` */
  async end(code: ExitCode): Promise<ExitCode> {
    clearInterval(this.#timer);
    this.#status?.clear();
    await Promise.all([this.#stdout.deliver(''), this.#stderr.deliver('')]);
    await this.#sayLoss();
    this.sayLast();
    await this.#stderr.deliver('');
    if (!this.#stdout.failure && !this.#stderr.failure && !this.#otherLoss) return code;
    return code === EXIT.complete ? EXIT.failed : code;
  }

  /** On a terminal, when it may be long before there is time for that again. */
  drawNow(): void {
    if (this.#status) this.#tick();
  }

  #tick(): void {
    if (this.#stderr.closed) return;
    const telling = this.#tellings.at(-1);
    if (this.#status) {
      const line = this.#waiting() ?? telling?.tell();
      if (line) this.#status.draw(line);
      else this.#status.clear();
      return;
    }
    const now = performance.now();
    if (!telling || now - telling.toldAt < LINE_EVERY_MS) return;
    telling.toldAt = now;
    const line = telling.tell();
    if (line) this.note(lineText(line));
  }

  /** For what goes to stdout, where that is the terminal with the line on it. */
  #makeRoom(): void {
    if (this.#stdout.sink.isTTY) this.#status?.clear();
  }

  async #deliver(text: string): Promise<void> {
    this.#makeRoom();
    if (await this.#stdout.deliver(text)) return;
    await this.#sayLoss();
    await this.#stderr.deliver(text);
  }

  async #sayLoss(): Promise<void> {
    const { failure } = this.#stdout;
    if (!failure || this.#lossSaid) return;
    this.#lossSaid = true;
    // Loaded when it is needed: the help does without.
    const { systemReason } = await import('@store/driver/extend');
    this.note(`store: stdout cannot be written: ${systemReason(failure)}`);
  }
}

function shown(text: Lines): string {
  const lines = typeof text === 'string' ? [text] : Array.from(text);
  return lines.map((line) => `${terminalText(line)}\n`).join('');
}
