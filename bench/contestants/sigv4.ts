import { createHash, createHmac } from 'node:crypto';

interface Signing {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly host: string;
}

/** The key is the same for a day. */
let derived: { readonly scope: string; readonly key: Buffer } | undefined;

/**
 * The headers of a request with Signature Version 4, its body left out of it.
 *
 * @param path encoded
 * @param query its parameters in the order of their names, encoded, each with its `=`
 */
export function signRequest(
  { accessKeyId, secretAccessKey, region, host }: Signing,
  method: string,
  path: string,
  query: string,
  now: Date,
): Record<string, string> {
  const date = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`;
  const names = 'host;x-amz-content-sha256;x-amz-date';
  const headers = `host:${host}\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:${date}\n`;
  const canonical = [method, path, query, headers, names, 'UNSIGNED-PAYLOAD'].join('\n');
  if (derived?.scope !== scope) {
    const key = scope.split('/').reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`));
    derived = { scope, key };
  }
  const hash = createHash('sha256').update(canonical).digest('hex');
  const signature = hmac(derived.key, ['AWS4-HMAC-SHA256', date, scope, hash].join('\n')).toString('hex');
  return {
    host,
    'x-amz-date': date,
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
