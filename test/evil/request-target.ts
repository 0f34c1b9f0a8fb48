import type { ByteKey } from './truth.js';

/** Path and query of a request, as bytes: nothing is normalised. */
export interface RequestTarget {
  readonly path: ByteKey;
  readonly query: ReadonlyMap<string, ByteKey>;
}

export function requestTarget(url: string): RequestTarget {
  const [path = '', ...rest] = url.split('?');
  const query = new Map<string, ByteKey>();
  for (const pair of rest.join('?').split('&')) {
    if (pair === '') continue;
    const [name = '', ...value] = pair.split('=');
    query.set(percentDecoded(name), percentDecoded(value.join('=').replaceAll('+', '%20')));
  }
  return { path: percentDecoded(path), query };
}

/** To bytes, a character each. */
export function percentDecoded(text: string): ByteKey {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Every byte but those that never need it. */
export function percentEncoded(key: ByteKey, space: '+' | '%20' = '%20'): string {
  return key.replace(/[^\w.~/-]/g, (byte) =>
    byte === ' ' ? space : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
