/** An answer as it goes out. */
export interface Wire {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** A request as it came, with its whole body. */
export interface Received {
  readonly method: string;
  /** As in the request line. */
  readonly url: string;
  readonly body: Buffer;
}

export function wireOf(status: number, type: string, body: string | Buffer): Wire {
  const bytes = Buffer.from(body);
  return { status, headers: bytes.length > 0 ? [['content-type', type]] : [], body: bytes };
}

export function withHeader(wire: Wire, name: string, value: string): Wire {
  const others = wire.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  return { ...wire, headers: [...others, [name, value]] };
}
