import type { IncomingMessage } from 'node:http';
import { readBody, type BodyReading } from './body.js';
import { hoistedHeaders } from './hoisted-headers.js';
import { Query } from './query.js';
import { ServiceError } from './service-error.js';

/** A request as far as its headers say. The path is taken as it came: `new URL` would resolve dot segments. */
export interface RequestHead {
  readonly method: string;
  /** How it came; default `http`. */
  readonly scheme?: 'http' | 'https' | undefined;
  /** Percent-encoded, with its leading slash. */
  readonly rawPath: string;
  readonly query: Query;
  /** Behind the question mark, percent-encoded. */
  readonly rawQuery: string;
  /** By lower-case name; repeated headers are joined with a comma. With those that a presigned URL has in its query. */
  readonly headers: ReadonlyMap<string, string>;
  /** When it arrived; milliseconds since the epoch, by this machine's clock. */
  readonly receivedAt: number;
}

/** The URL of a path, as the client of a request addresses this server. */
export function urlOf({ scheme = 'http', headers }: RequestHead, path: string): string {
  return `${scheme}://${headers.get('host') ?? 'localhost'}${path}`;
}

/** A request, read whole. */
export interface Incoming extends RequestHead {
  readonly body: Buffer;
}

/**
 * Reads everything of a request but its body.
 *
 * @throws ServiceError `InvalidURI` for a path or a query that is not percent-encoded UTF-8
 */
export function readHead(message: IncomingMessage): RequestHead {
  const receivedAt = Date.now();
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(message.headersDistinct)) {
    if (value) headers.set(name, value.join(','));
  }
  const url = withoutHost(message.url ?? '/', headers.get('host'));
  const mark = url.indexOf('?');
  const rawPath = mark < 0 ? url : url.slice(0, mark);
  const rawQuery = mark < 0 ? '' : url.slice(mark + 1);
  if (!rawPath.startsWith('/')) throw invalidUri();
  const query = parsed(rawPath, rawQuery);
  for (const [name, value] of hoistedHeaders(query)) {
    if ((headers.get(name) ?? value) !== value) throw contradiction(name);
    // No header could have them.
    if (/\p{Cc}/u.test(Buffer.from(value, 'latin1').toString())) throw invalidUri();
    headers.set(name, value);
  }
  const scheme = 'encrypted' in message.socket ? 'https' : 'http';
  return { method: message.method ?? 'GET', scheme, rawPath, query, rawQuery, headers, receivedAt };
}

function parsed(rawPath: string, rawQuery: string): Query {
  try {
    decodeURIComponent(rawPath);
    return Query.parse(rawQuery);
  } catch {
    throw invalidUri();
  }
}

/**
 * Reads a request. Rejects when the client goes away before it is complete.
 *
 * @throws ServiceError as {@link readHead} and {@link readBody}
 */
export async function readIncoming(message: IncomingMessage, reading: BodyReading = {}): Promise<Incoming> {
  const head = readHead(message);
  return { ...head, body: await readBody(message, reading) };
}

function invalidUri(): ServiceError {
  return new ServiceError(400, 'InvalidURI', "Couldn't parse the specified URI.");
}

function contradiction(name: string): ServiceError {
  return new ServiceError(400, 'InvalidArgument', `The header ${name} and the query say different things.`);
}

/**
 * A target as it is sent to a proxy, `http://host/path`, without what it begins with:
 * https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
 *
 * @throws ServiceError `InvalidURI` where the header says another host
 */
function withoutHost(target: string, host: string | undefined): string {
  const [begin = '', named = ''] = /^https?:\/\/([^/?]*)/i.exec(target) ?? [];
  if (begin === '') return target;
  if (named.toLowerCase() !== host?.toLowerCase()) throw invalidUri();
  const rest = target.slice(begin.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
