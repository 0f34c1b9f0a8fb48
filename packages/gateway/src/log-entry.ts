import type { Account } from '@store/s3-server';

/** One request, for a log. No secret and no signature is in it. */
export interface GatewayLogEntry extends Account {
  readonly requestId: string;
  /** The address that it came from; behind a proxy, the proxy's. */
  readonly client: string | undefined;
  /** Of the key that it was signed with; undefined where the signature was not right. */
  readonly accessKeyId: string | undefined;
  readonly method: string;
  readonly operation: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  /** 499 when the client went away before it had said everything. */
  readonly status: number;
  /** The S3 error code, when it was refused. */
  readonly code: string | undefined;
  readonly elapsedMs: number;
  /** What came and went over its connection, headers included. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** A request as a line of text: what people look for first, and the rest by name. */
export function logLine(entry: GatewayLogEntry, time: Date): string {
  const { method, operation, bucket, key, status, code, elapsedMs, bytesIn, bytesOut } = entry;
  const address = bucket === undefined ? '/' : `/${bucket}${key === undefined ? '' : `/${key}`}`;
  const facts = {
    in: bytesIn,
    out: bytesOut,
    keys: entry.keys,
    deleted: entry.deleted,
    refused: entry.refused,
    unnameable: entry.unnameable?.length,
    key: entry.accessKeyId,
    client: entry.client,
    id: entry.requestId,
    // Quoted, as it may hold line feeds.
    cause: entry.cause === undefined ? undefined : JSON.stringify(entry.cause),
  };
  return [
    time.toISOString(),
    status,
    code ?? 'OK',
    method,
    operation,
    // Quoted: a key may hold anything, line feeds too.
    JSON.stringify(address),
    `${elapsedMs}ms`,
    ...Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
  ].join(' ');
}
