import { sha256, signed, type SignedRequest } from './raw-client.js';

export type ChunkForm =
  | 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'
  | 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
  | 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';

const CHUNK_BYTES = 64 * 1024;

/** A request whose body is in chunks, with one trailer where the form has them. */
export function inChunks(
  form: ChunkForm,
  request: SignedRequest,
  body: Buffer,
  trailer: readonly [name: string, value: string],
): { readonly head: string; readonly body: Buffer } {
  const isSigned = !form.includes('UNSIGNED');
  const hasTrailer = form.endsWith('-TRAILER');
  const headers = {
    ...request.headers,
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': String(body.length),
    ...(hasTrailer ? { 'x-amz-trailer': trailer[0] } : {}),
  };
  const { head, signature, sign, scope, date } = signed({ ...request, payload: form, headers });
  const pieces: Buffer[] = [];
  let previous = signature;
  for (let at = 0; at < body.length + CHUNK_BYTES; at += CHUNK_BYTES) {
    const chunk = at < body.length ? body.subarray(at, at + CHUNK_BYTES) : Buffer.alloc(0);
    const text = ['AWS4-HMAC-SHA256-PAYLOAD', date, scope, previous, sha256(''), sha256(chunk)];
    if (isSigned) previous = sign(text.join('\n'));
    const line = chunk.length.toString(16) + (isSigned ? `;chunk-signature=${previous}` : '');
    pieces.push(Buffer.from(`${line}\r\n`), chunk);
    if (chunk.length > 0) pieces.push(Buffer.from('\r\n'));
  }
  const [name, value] = trailer;
  const trailerHash = sha256(`${name}:${value}\n`);
  if (hasTrailer) pieces.push(Buffer.from(`${name}:${value}\r\n`));
  if (hasTrailer && isSigned) {
    const text = ['AWS4-HMAC-SHA256-TRAILER', date, scope, previous, trailerHash].join('\n');
    pieces.push(Buffer.from(`x-amz-trailer-signature:${sign(text)}\r\n`));
  }
  const whole = Buffer.concat([...pieces, Buffer.from('\r\n')]);
  return { head: head.replace(/\r\n\r\n$/, `\r\ncontent-length: ${whole.length}\r\n\r\n`), body: whole };
}
