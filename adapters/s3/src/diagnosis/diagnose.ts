import { createObjectStore } from '@store/core';
import { toStoreError, type DiagnoseContext, type Finding } from '@store/driver';
import type { S3Config } from '../config.js';
import { s3Driver } from '../driver.js';
import type { Quirks } from '../quirks.js';
import { batches, serverPrefixDelete, trailers } from './batches.js';
import { conditionalDelete, conditionalPut } from './conditions.js';
import { listings } from './listing.js';
import { address, clock, reach } from './reach.js';
import { finding, notFoundOut, Subject, type Probe } from './subject.js';
import { others, versioning, versionListing } from './versions.js';

/** In this order: what one finds out, the next ones use. */
const PROBES: Readonly<Record<string, Probe>> = {
  clock,
  addressing: address,
  versioning,
  listing: listings,
  'batch delete': batches,
  'CRC trailers accepted': trailers,
  'version listing': versionListing,
  'conditional put': conditionalPut,
  'conditional delete': conditionalDelete,
  'missing key on delete': others,
  'server-side prefix delete': serverPrefixDelete,
};

/** Asks a service, question by question, how it behaves. See `StoreAdapter.diagnose`. */
export async function* diagnose(
  config: S3Config,
  quirks: Quirks,
  { prefix, signal }: DiagnoseContext,
): AsyncGenerator<Finding> {
  const subject = new Subject(config, quirks, prefix, signal);
  try {
    const { findings, goOn } = await reach(subject);
    yield* findings;
    if (!goOn) return;
    for (const [name, probe] of Object.entries(PROBES)) {
      const { value, error } = await subject.outcome(name, () => probe(subject));
      if (error) yield notFoundOut(name, error);
      else yield* value;
    }
    const denied = [...subject.denied].filter((operation) => !(operation in PROBES));
    yield finding('permissions missing', denied.join(', ') || 'none');
    yield finding('rate limits seen', subject.throttled === 0 ? 'none' : `${subject.throttled} times`);
  } finally {
    await cleanUp(subject);
    await subject.close();
  }
}

/** Removes what the probes have left, also after an interrupt: with a signal of its own, that is none. */
async function cleanUp({ config, quirks, prefix, versioning }: Subject): Promise<void> {
  const versions = versioning === 'enabled' || versioning === 'suspended';
  const driver = s3Driver({ ...config, quirks: { ...quirks, versions } });
  const store = createObjectStore(driver, { retry: { maxAttempts: 4 } });
  try {
    await store.deletePrefix(prefix, versions ? { versions: 'all', uploads: true } : { uploads: true });
  } catch (error) {
    // Listing versions may be what this service cannot do.
    if (toStoreError(error).code === 'AccessDenied') return;
    await store.deletePrefix(prefix).catch(() => undefined);
  } finally {
    await store.close();
  }
}
