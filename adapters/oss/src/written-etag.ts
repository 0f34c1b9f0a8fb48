import { StoreError } from '@store/driver';
import { etagOf, headerOf, type AnswerHeaders } from '@store/kit';

/**
 * Looks at the ETag of what one request has written, an object or a part: OSS makes it of the content's MD5
 * (https://www.alibabacloud.com/help/en/oss/developer-reference/putobject; unconfirmed for encrypted objects, which the answer names,
 * so nothing is said of these). The MD5 is sent in any case, so holding it against the answer costs nothing.
 *
 * @param contentMd5 of what was sent, in base64
 * @throws StoreError `Corrupt` when the service has something else
 */
export function checkWrittenEtag(headers: AnswerHeaders, contentMd5: string): void {
  const etag = etagOf(headers);
  const said = /^"?([0-9a-f]{32})"?$/i.exec(etag)?.[1]?.toLowerCase();
  const sent = Buffer.from(contentMd5, 'base64').toString('hex');
  if (said === undefined || said === sent || headerOf(headers, 'x-oss-server-side-encryption')) return;
  const message = `the answer has the ETag ${etag}, and what was sent has the MD5 ${sent}: what is there now may be something else`;
  throw new StoreError('Corrupt', message, { retryable: false });
}
