import { Agent } from 'node:http';
import {
  DeleteObjectsCommand,
  paginateListObjectsV2,
  S3Client,
  type Delete,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { CREDENTIALS, firstPrefix, REGION, s3Endpoint, type Prepare, type Target } from './contestant.js';
import { InFlight } from './in-flight.js';

function clientOf(target: Target, more: S3ClientConfig = {}): S3Client {
  return new S3Client({
    endpoint: s3Endpoint(target),
    region: REGION,
    forcePathStyle: true,
    credentials: CREDENTIALS,
    ...more,
  });
}

async function deleteAll(client: S3Client, { bucket }: Target, Delete: Delete): Promise<void> {
  const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }));
  if (Errors.length > 0) throw new Error(`${Errors.length} keys: ${Errors[0]?.Code}`);
}

/** The loop that everybody writes: pages one after the other, eight deletes in flight. */
export const plain: Prepare = async (target) => {
  const client = clientOf(target);
  return async () => {
    const deletes = new InFlight(8);
    const pages = paginateListObjectsV2({ client }, { Bucket: target.bucket, Prefix: firstPrefix(target) });
    for await (const { Contents = [] } of pages) {
      if (Contents.length === 0) continue;
      await deletes.start(async () => {
        await deleteAll(client, target, { Objects: Contents.map(({ Key }) => ({ Key })) });
      });
    }
    await deletes.end();
    client.destroy();
    return undefined;
  };
};

/** As an expert writes it: sockets kept, short answers, no digests but the one that is needed, the next page on its way. */
export const tuned: Prepare = async (target) => {
  const client = clientOf(target, {
    requestHandler: { httpAgent: new Agent({ keepAlive: true, maxSockets: 64 }) },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    retryMode: 'adaptive',
    maxAttempts: 10,
  });
  return async () => {
    const deletes = new InFlight(32);
    const pages = paginateListObjectsV2({ client }, { Bucket: target.bucket, Prefix: firstPrefix(target) });
    const iterator = pages[Symbol.asyncIterator]();
    let next = iterator.next();
    for (;;) {
      const page = await next;
      if (page.done) break;
      next = iterator.next();
      // Whoever waits for it comes later, should it fail meanwhile.
      next.catch(() => undefined);
      const { Contents = [] } = page.value;
      if (Contents.length === 0) continue;
      const Objects = Contents.map(({ Key }) => ({ Key }));
      await deletes.start(async () => {
        await deleteAll(client, target, { Objects, Quiet: true });
      });
    }
    await deletes.end();
    client.destroy();
    return undefined;
  };
};

/** Listing alone. */
export const listing: Prepare = async (target) => {
  const client = clientOf(target);
  return async () => {
    let listed = 0;
    const pages = paginateListObjectsV2({ client }, { Bucket: target.bucket, Prefix: firstPrefix(target) });
    for await (const { Contents = [] } of pages) listed += Contents.length;
    client.destroy();
    return { listed };
  };
};
