import type { createLogUpdate } from 'log-update';
import { Channel, standardSink, type Sink } from './channel.js';
import { EXIT, type ExitCode } from './exit.js';
import { jsonText, terminalText } from './terminal-text.js';

type Lines = string | Iterable<string>;

/**
 * All that the command writes, in one place: results to stdout, everything about how it goes to stderr. Text loses here
 * what a terminal would act on; bytes and the values in JSON stay exactly as they are.
 *
 * What cannot be written never ends the work: it is said at the end, and in the exit code.
 */
export class Output {
  readonly #stdout: Channel;
  readonly #stderr: Channel;
  #redraw: ReturnType<typeof createLogUpdate> | undefined;
  #lossSaid = false;
  #otherLoss = false;
  #last: string | undefined;
  #indent: number | undefined = 2;

  constructor(stdout: Sink = standardSink(1), stderr: Sink = standardSink(2)) {
    this.#stdout = new Channel(stdout);
    this.#stderr = new Channel(stderr);
  }

  /** Before anything of {@link status} shows. */
  async prepareStatus(): Promise<void> {
    if (!this.interactive) return;
    const { createLogUpdate } = await import('log-update');
    this.#redraw = createLogUpdate(this.#stderr.sink);
  }

  /** No result gets anywhere any more: listing on would be for nothing. */
  get closed(): boolean {
    return this.#stdout.closed;
  }

  /** Stderr is a terminal, on which {@link status} shows. */
  get interactive(): boolean {
    return this.#stderr.sink.isTTY === true;
  }

  /** Writes one of many lines, and waits while the reader is behind. */
  async line(text: string): Promise<void> {
    await this.#stdout.send(shown(text));
  }

  /** As {@link line}, a JSON document. */
  async jsonLine(value: unknown): Promise<void> {
    await this.#stdout.send(`${jsonText(value)}\n`);
  }

  /** As {@link line}, content. */
  async bytes(chunk: Uint8Array): Promise<void> {
    await this.#stdout.send(chunk);
  }

  /** As {@link line}, without waiting. */
  print(text: Lines): void {
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

  /** Tells how it goes, on stderr. */
  note(text: Lines): void {
    this.#redraw?.clear();
    this.#stderr.write(shown(text));
  }

  /** As {@link note}, a JSON document on one line. */
  noteJson(value: unknown): void {
    this.#stderr.write(`${jsonText(value)}\n`);
  }

  /** On a terminal: a line that the next one replaces. */
  status(text: string): void {
    if (!this.#stderr.closed) this.#redraw?.(terminalText(text));
  }

  /** Leaves the last {@link status} where it is, so that what comes next begins on a fresh line. */
  endStatus(): void {
    if (!this.#stderr.closed) this.#redraw?.done();
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
    if (last !== undefined) this.note(last);
  }

  /** The end: says whether output was lost. @returns what to exit with, when the work itself ended with `code` */
  async end(code: ExitCode): Promise<ExitCode> {
    await Promise.all([this.#stdout.deliver(''), this.#stderr.deliver('')]);
    this.#sayLoss();
    this.sayLast();
    await this.#stderr.deliver('');
    if (!this.#stdout.failure && !this.#stderr.failure && !this.#otherLoss) return code;
    return code === EXIT.complete ? EXIT.failed : code;
  }

  async #deliver(text: string): Promise<void> {
    if (await this.#stdout.deliver(text)) return;
    this.#sayLoss();
    await this.#stderr.deliver(text);
  }

  #sayLoss(): void {
    const { failure } = this.#stdout;
    if (!failure || this.#lossSaid) return;
    this.#lossSaid = true;
    this.note(`store: stdout cannot be written: ${failure.message}`);
  }
}

function shown(text: Lines): string {
  const lines = typeof text === 'string' ? [text] : Array.from(text);
  return lines.map((line) => `${terminalText(line)}\n`).join('');
}
