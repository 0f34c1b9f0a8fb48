import { randomUUID } from 'node:crypto';
import { checkInput, optionTypes as types, restate, toStoreError } from '@store/driver';
import * as v from 'valibot';
import type { JobDescription } from './job.js';

/** OSS's limits of object tags. */
const MAX_TAGS = 10;

const bucket = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'expected the name of a bucket'),
);
/** A job travels as XML, which has no place for other characters: nothing else would be meant by what arrives. */
const anyText = v.pipe(
  v.string(),
  v.regex(
    /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u,
    'expected no control characters, as XML cannot carry them',
  ),
);
const text = v.pipe(anyText, v.nonEmpty());
const upTo = (length: number) => v.maxLength<string, number>(length);
const tagName = v.pipe(text, upTo(128));
const tags = v.pipe(
  types.recordOf(v.pipe(anyText, upTo(256))),
  v.check(
    (given) => Object.keys(given).every((name) => v.is(tagName, name)),
    'expected names of 1 to 128 characters, as XML can carry them',
  ),
  v.minEntries(1, 'expected a tag'),
  v.maxEntries(MAX_TAGS, `expected at most ${MAX_TAGS} tags`),
);

const restore = v.pipe(
  types.plain(
    v.strictObject({
      days: v.optional(types.integer(1, 365)),
      tier: v.optional(v.picklist(['Standard', 'Bulk'])),
      storageClass: v.optional(v.picklist(['Archive', 'ColdArchive', 'DeepColdArchive'])),
    }),
  ),
  v.forward(
    v.check(
      ({ days = 1, storageClass }) => storageClass !== 'Archive' || days <= 7,
      'Archive objects are restored for 1 to 7 days',
    ),
    ['days'],
  ),
  v.forward(
    v.check(
      ({ tier, storageClass }) => storageClass !== 'Archive' || tier === undefined,
      'Archive objects are restored without a tier',
    ),
    ['tier'],
  ),
  v.forward(
    v.check(
      ({ tier, storageClass }) => storageClass !== 'DeepColdArchive' || tier !== 'Bulk',
      'DeepColdArchive objects are restored with the tier Standard',
    ),
    ['tier'],
  ),
);

const operation = v.pipe(
  v.strictObject({
    putObjectTagging: v.optional(tags),
    addObjectTagging: v.optional(tags),
    deleteObjectTagging: v.optional(v.literal(true)),
    putObjectAcl: v.optional(v.picklist(['default', 'private', 'public-read', 'public-read-write'])),
    restoreObject: v.optional(restore),
  }),
  v.check(
    (given) => Object.values(given).filter((one) => one !== undefined).length === 1,
    'exactly one of putObjectTagging, addObjectTagging, deleteObjectTagging, putObjectAcl and restoreObject is needed',
  ),
);

const schema = v.pipe(
  v.strictObject({
    // In the order of the documentation, in which a job is sent.
    confirmationRequired: v.optional(v.boolean()),
    operation,
    report: v.strictObject({
      bucket,
      enabled: v.boolean(),
      prefix: v.optional(anyText),
      reportScope: v.optional(v.picklist(['AllTasks', 'FailedTasksOnly'])),
    }),
    clientRequestToken: v.optional(v.pipe(text, upTo(64))),
    manifest: v.optional(
      v.strictObject({
        location: v.strictObject({
          etag: v.optional(text),
          bucket,
          object: text,
          versionId: v.optional(text),
        }),
        spec: v.strictObject({
          fields: v.optional(text),
          format: v.picklist(['OSS_BatchOperations_CSV_20250611', 'OSS_InventoryReport_CSV_20250611']),
        }),
      }),
    ),
    keyPrefixManifestGenerator: v.optional(
      v.strictObject({ sourceBucket: bucket, prefix: v.optional(anyText) }),
    ),
    description: v.optional(v.pipe(anyText, upTo(256))),
    priority: types.integer(0, 2_147_483_647),
    roleArn: v.pipe(
      v.string(),
      v.regex(
        /^(?:arn:)?acs:ram::[^:]+:role\/\S+$/,
        'expected a role such as acs:ram::1234567890:role/BatchRole',
      ),
    ),
  }),
  v.check(
    ({ manifest, keyPrefixManifestGenerator }) =>
      (manifest === undefined) !== (keyPrefixManifestGenerator === undefined),
    'exactly one of manifest and keyPrefixManifestGenerator is needed',
  ),
);

/**
 * A description that OSS can be sent, with a token of its own where none was given.
 *
 * @throws StoreError `InvalidArgument` that names every field that is missing, doubled or wrong
 */
export function checkJob(description: object): JobDescription & { readonly clientRequestToken: string } {
  try {
    // Of this shape, as the schema has found.
    const job = checkInput(schema, description, { code: 'InvalidArgument', what: 'job' }) as JobDescription;
    return { ...job, clientRequestToken: job.clientRequestToken ?? randomUUID() };
  } catch (error) {
    throw restate(toStoreError(error), { provider: 'oss', operation: 'createJob' });
  }
}
