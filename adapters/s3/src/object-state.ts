import {
  GetObjectTaggingCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  type Tier,
} from '@aws-sdk/client-s3';
import type { StoreDriver, TagsFacet } from '@store/driver';
import { ignoring, tagsOf } from '@store/kit';
import { documentOf } from './answer-check.js';
import type { Requests } from './requests.js';

export function tagsFacet(requests: Requests): TagsFacet {
  return {
    get({ key, versionId }, call) {
      const command = new GetObjectTaggingCommand(requests.at(key, versionId));
      return requests.send('getTags', key, call, command, (answer) => tagsOf(documentOf(answer)));
    },
    set({ key, versionId, tags }, call) {
      const command = new PutObjectTaggingCommand({
        ...requests.at(key, versionId),
        Tagging: { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
        ChecksumAlgorithm: requests.quirks.checksumAlgorithm,
      });
      return requests.sendDigested('setTags', key, call, command, () => undefined);
    },
  };
}

/** RestoreObject. That it is on its way already is no failure. */
export function restoreCall(requests: Requests): NonNullable<StoreDriver['restore']> {
  return async ({ key, versionId, days, tier }, call) => {
    const command = new RestoreObjectCommand({
      ...requests.at(key, versionId),
      RestoreRequest: {
        Days: days,
        // Names of tiers differ by service; the SDK sends any text.
        ...(tier === undefined ? {} : { GlacierJobParameters: { Tier: tier as Tier } }),
      },
      ChecksumAlgorithm: requests.quirks.checksumAlgorithm,
    });
    await ignoring('RestoreAlreadyInProgress', () =>
      requests.sendDigested('restore', key, call, command, () => undefined),
    );
  };
}
