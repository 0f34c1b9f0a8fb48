import type { Answer, Incoming } from '@store/s3-server';

/** A request to OSS in the words of S3: headers are named alike but for their prefix. */
export function asS3Request(request: Incoming): Incoming {
  const headers = new Map<string, string>();
  for (const [name, value] of request.headers) headers.set(name.replace(/^x-oss-/, 'x-amz-'), value);
  if (headers.get('x-amz-forbid-overwrite') === 'true') headers.set('if-none-match', '*');
  // It says nothing about the body here: UNSIGNED-PAYLOAD always.
  headers.delete('x-amz-content-sha256');
  return { ...request, headers };
}

/** An answer of S3 in the words of OSS. */
export function asOssAnswer({ status, headers = {}, body }: Answer): Answer {
  const renamed = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.replace(/^x-amz-/, 'x-oss-'), value]),
  );
  const text = typeof body === 'string' ? body.replace(/ xmlns="[^"]*"/, '') : body;
  return { status, headers: renamed, body: text };
}
