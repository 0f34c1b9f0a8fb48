import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { StoreError, type PresignRequest, type StoreDriver } from '@store/driver';
import { signUrlV2 } from './presign-v2.js';
import type { Requests } from './requests.js';

/** A URL for one request. */
export function presignCall(requests: Requests): NonNullable<StoreDriver['presign']> {
  return (request, call) => requests.run('presign', request.key, call, () => presigned(requests, request));
}

/** As the SDK addresses it; nothing is asked. */
export function urlCall(requests: Requests): NonNullable<StoreDriver['url']> {
  return ({ key }, call) =>
    requests.run('url', key, call, async () => {
      const signed = await presigned(requests, { key, method: 'GET', expiresIn: 1 });
      return signed.slice(0, signed.indexOf('?'));
    });
}

async function presigned({ client, quirks, bucket }: Requests, request: PresignRequest): Promise<string> {
  const { key, method, expiresIn, contentType, contentDisposition } = request;
  if (contentType !== undefined && method !== 'PUT' && method !== 'GET')
    throw new StoreError('InvalidArgument', 'contentType goes with a URL for PUT or GET', { provider: 's3' });
  // Loaded by who asks for it.
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
  const input = { Bucket: bucket, Key: key };
  switch (method) {
    case 'GET':
      return await getSignedUrl(
        client,
        new GetObjectCommand({
          ...input,
          ResponseContentType: contentType,
          ResponseContentDisposition: contentDisposition,
        }),
        { expiresIn },
      );
    case 'HEAD':
      return await getSignedUrl(client, new HeadObjectCommand(input), { expiresIn });
    case 'DELETE':
      return await getSignedUrl(client, new DeleteObjectCommand(input), { expiresIn });
    case 'PUT': {
      const command = new PutObjectCommand({ ...input, ContentType: contentType });
      // A type that is given is signed, so that no other one can be sent; without it, any may.
      const signableHeaders = new Set(contentType === undefined ? [] : ['content-type']);
      const url = await getSignedUrl(client, command, { expiresIn, signableHeaders });
      if (quirks.presignedPut === 'v4') return url;
      return signUrlV2(url, bucket, request, await client.config.credentials());
    }
  }
}
