import {
  portableAttributes,
  StoreError,
  type PostFormRequest,
  type PresignRequest,
  type Checked,
} from '@store/driver';
import type { STORE_OPTIONS } from './option-tables.js';

/** The request for a URL that works with every provider. @throws StoreError `InvalidArgument` */
export function presignRequest(key: string, options: Checked<typeof STORE_OPTIONS.presign>): PresignRequest {
  const { method, expiresIn, contentType, contentDisposition } = options;
  checkUrlKey(key, 'presign');
  const said = portableAttributes({ contentType, contentDisposition }, 'presign', key);
  const refused = (what: string): StoreError => {
    const message = `${what}, not for ${method}: nobody says it there`;
    return new StoreError('InvalidArgument', message, { operation: 'presign', key });
  };
  if (said.contentType !== undefined && method !== 'PUT' && method !== 'GET')
    throw refused('contentType goes with a URL for PUT or GET');
  if (said.contentDisposition !== undefined && method !== 'GET')
    throw refused('contentDisposition goes with a URL for GET');
  return { key, method, expiresIn, ...said };
}

/** The request for a form that works with every provider. @throws StoreError `InvalidArgument` */
export function postFormRequest(
  key: string,
  { expiresIn, contentType, minBytes, maxBytes }: Checked<typeof STORE_OPTIONS.presignPost>,
): PostFormRequest {
  const refused = (message: string): StoreError =>
    new StoreError('InvalidArgument', message, { operation: 'presignPost', key });
  // Browsers send other line breaks, and services put the name of the file in.
  if (/[\r\n]|\$\{filename\}/.test(key))
    throw refused('no form can name a key with a line break or ${filename}');
  if ((minBytes ?? 0) > (maxBytes ?? Infinity)) throw refused('minBytes is more than maxBytes');
  return { key, expiresIn, minBytes, maxBytes, ...portableAttributes({ contentType }, 'presignPost', key) };
}

/** @throws StoreError `InvalidArgument` for a key that no URL names, encoded or not: it would be one of another object */
export function checkUrlKey(key: string, operation: string): void {
  if (!/(?:^|\/)\.{1,2}(?:\/|$)/.test(key)) return;
  const message = 'no URL can name a key with the segments "." or "..": whoever uses it resolves them';
  throw new StoreError('InvalidArgument', message, { operation, key });
}
