import {
  GetObjectTaggingCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  type Tier,
} from '@aws-sdk/client-s3';
import {
  StoreError,
  type DriverCall,
  type RestoreRequest,
  type SetTagsRequest,
  type Tags,
  type TagsRequest,
} from '@store/core';
import { undocumented } from '@store/kit';
import { documentOf } from './answer-check.js';
import type { Quirks } from './quirks.js';
import type { Requests } from './requests.js';

/** GetObjectTagging. */
export async function getTags(
  requests: Requests,
  { key, versionId }: TagsRequest,
  call: DriverCall,
): Promise<Tags> {
  const command = new GetObjectTaggingCommand({ Bucket: requests.bucket, Key: key, VersionId: versionId });
  return requests.run('getTags', key, call, async (abortSignal) => {
    const set = documentOf(await requests.client.send(command, { abortSignal })).child('TagSet');
    if (!set) throw undocumented('the answer has no TagSet');
    return Object.fromEntries(
      set.all('Tag').map((tag) => [tag.textOf('Key') ?? '', tag.textOf('Value') ?? '']),
    );
  });
}

/** PutObjectTagging. */
export async function setTags(
  requests: Requests,
  { checksumAlgorithm }: Quirks,
  { key, versionId, tags }: SetTagsRequest,
  call: DriverCall,
): Promise<void> {
  const command = new PutObjectTaggingCommand({
    Bucket: requests.bucket,
    Key: key,
    VersionId: versionId,
    Tagging: { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
    ChecksumAlgorithm: checksumAlgorithm,
  });
  await requests.run('setTags', key, call, (abortSignal) => requests.client.send(command, { abortSignal }));
}

/** RestoreObject. That it is on its way already is no failure. */
export async function restore(
  requests: Requests,
  { checksumAlgorithm }: Quirks,
  { key, versionId, days, tier }: RestoreRequest,
  call: DriverCall,
): Promise<void> {
  const command = new RestoreObjectCommand({
    Bucket: requests.bucket,
    Key: key,
    VersionId: versionId,
    RestoreRequest: {
      Days: days,
      // Names of tiers differ by service; the SDK sends any text.
      ...(tier === undefined ? {} : { GlacierJobParameters: { Tier: tier as Tier } }),
    },
    ChecksumAlgorithm: checksumAlgorithm,
  });
  try {
    await requests.run('restore', key, call, (abortSignal) => requests.client.send(command, { abortSignal }));
  } catch (error) {
    if (!(error instanceof StoreError && error.providerCode === 'RestoreAlreadyInProgress')) throw error;
  }
}
