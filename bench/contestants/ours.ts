import { openStore, type ListOptions, type ObjectStore, type StoreEntry } from '@store/core';
import { ctyun } from '@store/ctyun';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';
import { CREDENTIALS, firstPrefix, NotHere, s3Endpoint, type Prepare, type Target } from './contestant.js';

/** What the emulator's ZOS is called. */
const REGION_ID = '332232eb-63aa-465e-9028-52e5123866f0';

type Listing = ListOptions & { readonly delimiter?: undefined };

type Open = (target: Target) => Promise<ObjectStore>;

export const openS3: Open = (target) => openStore(s3Entry(target), { adapters: [s3] });

export function s3Entry(target: Target): StoreEntry {
  return { provider: 's3', bucket: target.bucket, endpoint: s3Endpoint(target), ...CREDENTIALS };
}

export const openOss: Open = ({ endpoints, bucket }) =>
  openStore(
    {
      provider: 'oss',
      bucket,
      region: 'oss-us-east-1',
      endpoint: endpoints.oss?.replace('127.0.0.1', 'localhost'),
      pathStyle: true,
      accessKeyId: CREDENTIALS.accessKeyId,
      accessKeySecret: CREDENTIALS.secretAccessKey,
    },
    { adapters: [oss] },
  );

export const openZos: Open = ({ endpoints, bucket }) =>
  openStore(
    {
      provider: 'ctyun',
      bucket,
      regionId: REGION_ID,
      accessKey: CREDENTIALS.accessKeyId,
      secretKey: CREDENTIALS.secretAccessKey,
      endpoint: endpoints.zos,
      dataPlane: 'auto',
    },
    { adapters: [ctyun] },
  );

/** `deletePrefix` with its defaults. */
export function deleting(open: Open): Prepare {
  return async (target) => {
    const store = await open(target);
    return async () => {
      await deleteAll(store, firstPrefix(target));
      await store.close();
      return undefined;
    };
  };
}

/** All prefixes at once, on one store. */
export const sideBySide: Prepare = async (target) => {
  const store = await openS3(target);
  return async () => {
    await Promise.all(target.prefixes.map((prefix) => deleteAll(store, prefix)));
    await store.close();
    return undefined;
  };
};

async function deleteAll(store: ObjectStore, prefix: string): Promise<void> {
  const report = await store.deletePrefix(prefix);
  if (!report.complete)
    throw new Error(`the run is not complete: ${JSON.stringify(report.failures.sample[0])}`);
}

export function listing(options: Listing = {}): Prepare {
  return async (target) => {
    const store = await openS3(target);
    return async () => {
      let listed = 0;
      for await (const _ of store.list(firstPrefix(target), options)) listed++;
      await store.close();
      return { listed };
    };
  };
}

/** `list` in any order, many ranges at once; where core has it. */
export const listingUnordered: Prepare = async (target) => {
  // The options are looked at before the first request; a core that does not know them says so.
  const run = await listing({ ordered: false, concurrency: 32 } as Listing)(target);
  return () =>
    run().catch((error: unknown) => {
      const unknown = error instanceof Error && /unknown option/.test(error.message);
      throw unknown ? new NotHere('core has no unordered listings yet') : error;
    });
};
