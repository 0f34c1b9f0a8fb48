import type { Answer } from './answer.js';
import type { Ask } from './ask.js';
import type { Received, Wire } from './wire.js';

/** One protocol: reads what is asked, writes what is said. */
export interface Dialect {
  readonly name: 's3' | 'oss' | 'zos';
  readonly language: 'xml' | 'json';
  /** A listing that goes on behind a key names it. */
  readonly namesMarker: boolean;
  /** Versions of a key are all on one page. */
  readonly wholeKeys: boolean;
  ask(received: Received): Ask;
  write(answer: Answer): Wire;
  /** A refusal of the whole request. */
  refusal(status: number, code: string): Wire;
}
