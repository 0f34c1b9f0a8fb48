import type { Sink } from './channel.js';
import { fitted } from './fitted-line.js';
import type { Line } from './line.js';

/** Of a terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80;

/** Left free at the end: a terminal shows the ^C of an interrupt there, and some break a line that is full. */
const FREE_COLUMNS = 3;

const ERASE_TO_END = '\u001B[J';

/**
 * The one line of a terminal that is drawn again and again. It does not hide the cursor, so that whatever ends the process leaves the
 * terminal as it was.
 */
export class StatusLine {
  readonly #sink: Sink;
  /** Columns of what is drawn; undefined when nothing is. */
  #drawn: number | undefined;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  get isDrawn(): boolean {
    return this.#drawn !== undefined;
  }

  draw(line: Line): void {
    const { text, width } = fitted(line, Math.max(1, this.#columns - FREE_COLUMNS));
    this.#sink.write(`${this.#toItsBeginning()}${ERASE_TO_END}${text}`);
    this.#drawn = width;
  }

  /** Takes it away. */
  clear(): void {
    if (this.#drawn === undefined) return;
    this.#sink.write(`${this.#toItsBeginning()}${ERASE_TO_END}`);
    this.#drawn = undefined;
  }

  /** Leaves it where it is: what comes next begins on a fresh line. */
  leave(): void {
    if (this.#drawn === undefined) return;
    this.#sink.write('\n');
    this.#drawn = undefined;
  }

  /** A terminal that has become narrower since has broken it into several lines. */
  #toItsBeginning(): string {
    const above = Math.ceil((this.#drawn ?? 0) / this.#columns) - 1;
    return above > 0 ? `\r\u001B[${above}A` : '\r';
  }

  /** Some say 0: then nobody knows. */
  get #columns(): number {
    return this.#sink.columns || USUAL_COLUMNS;
  }
}
