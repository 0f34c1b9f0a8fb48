import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { PresignRequest } from '@store/core';
import { createClient } from './client.js';
import type { S3Config } from './config.js';
import type { Quirks } from './quirks.js';

/**
 * A URL for one request. Made by a client without checksums: with them the SDK would sign the CRC32 of an empty
 * body into a PUT, and every upload would be refused.
 */
export async function presignRequest(
  config: S3Config,
  quirks: Quirks,
  request: PresignRequest,
): Promise<string> {
  const client = createClient(config, { ...quirks, checksums: 'when-required' });
  const input = { Bucket: config.bucket, Key: request.key };
  const options = { expiresIn: request.expiresIn };
  try {
    switch (request.method) {
      case 'GET':
        return await getSignedUrl(client, new GetObjectCommand(input), options);
      case 'HEAD':
        return await getSignedUrl(client, new HeadObjectCommand(input), options);
      case 'PUT':
        return await getSignedUrl(client, new PutObjectCommand(input), options);
      case 'DELETE':
        return await getSignedUrl(client, new DeleteObjectCommand(input), options);
    }
  } finally {
    client.destroy();
  }
}
