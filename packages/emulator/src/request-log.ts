/** One request as the emulator saw it. */
export interface LogEntry {
  /** From 1, in the order of arrival. */
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly face: string;
  readonly method: string;
  /** Percent-encoded, as it came. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Without credentials and signatures. */
  readonly headers: Readonly<Record<string, string>>;
  /** As the provider calls it, such as `DeleteObjects`. */
  operation: string;
  bucket?: string | undefined;
  key?: string | undefined;
  /** The headers that the signature covers. */
  signedHeaders?: readonly string[] | undefined;
  /** Keys that a batch delete named. */
  keys?: number | undefined;
  /** Keys that this request really deleted, or marked as deleted. */
  deleted?: number | undefined;
  /** Keys of a batch that the answer refuses. */
  refused?: number | undefined;
  /** What the fault plan did to this request. */
  fault?: string | undefined;
  status?: number | undefined;
  /** The provider's error code, when it was refused. */
  code?: string | undefined;
  bytesIn: number;
  bytesOut?: number | undefined;
  elapsedMs?: number | undefined;
}

/** Headers that would give secrets away. */
const SECRET_HEADERS = new Set([
  'authorization',
  'eop-authorization',
  'x-amz-security-token',
  'x-oss-security-token',
]);
const SECRET_PARAMETERS = /signature|security-token|credential|accesskeyid/i;

export function visibleHeaders(headers: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !SECRET_HEADERS.has(name)));
}

export function visibleQuery(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(pairs.filter(([name]) => !SECRET_PARAMETERS.test(name)));
}

/** Requests that are kept; older ones are forgotten. */
const DEFAULT_LIMIT = 100_000;

/** The requests that were answered, for assertions. */
export class RequestLog {
  readonly #entries: LogEntry[] = [];
  readonly #limit: number;
  readonly #onEntry: ((entry: LogEntry) => void) | undefined;
  #count = 0;

  /** @param onEntry called when a request has been answered */
  constructor(onEntry?: (entry: LogEntry) => void, limit = DEFAULT_LIMIT) {
    this.#onEntry = onEntry;
    this.#limit = limit;
  }

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** Those of one operation. */
  of(operation: string): readonly LogEntry[] {
    return this.#entries.filter((entry) => entry.operation === operation);
  }

  /** How many keys were deleted by requests of any kind. */
  get deleted(): number {
    return this.#entries.reduce((sum, entry) => sum + (entry.deleted ?? 0), 0);
  }

  clear(): void {
    this.#entries.length = 0;
  }

  /** A number for the next request. */
  next(): number {
    return ++this.#count;
  }

  add(entry: LogEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length > this.#limit) this.#entries.splice(0, this.#limit / 2);
    this.#onEntry?.(entry);
  }
}
