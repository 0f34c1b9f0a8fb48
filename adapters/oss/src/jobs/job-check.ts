import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { StoreError } from '@store/core';
import type { JobDescription } from './job.js';

/** OSS's limits of object tags. */
const MAX_TAGS = 10;

const bucket = z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'expected the name of a bucket');
/** A job travels as XML, which has no place for other characters: nothing else would be meant by what arrives. */
const anyText = z
  .string()
  .refine((given) => /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u.test(given), {
    error: 'expected no control characters, as XML cannot carry them',
  });
const text = anyText.min(1);
const tags = z
  .record(text.max(128), anyText.max(256))
  .refine((given) => Object.keys(given).length > 0, 'expected a tag')
  .refine((given) => Object.keys(given).length <= MAX_TAGS, `expected at most ${MAX_TAGS} tags`);

const restore = z
  .strictObject({
    days: z.number().int().min(1).max(365).optional(),
    tier: z.enum(['Standard', 'Bulk']).optional(),
    storageClass: z.enum(['Archive', 'ColdArchive', 'DeepColdArchive']).optional(),
  })
  .refine(({ days = 1, storageClass }) => storageClass !== 'Archive' || days <= 7, {
    error: 'Archive objects are restored for 1 to 7 days',
    path: ['days'],
  })
  .refine(({ tier, storageClass }) => storageClass !== 'Archive' || tier === undefined, {
    error: 'Archive objects are restored without a tier',
    path: ['tier'],
  })
  .refine(({ tier, storageClass }) => storageClass !== 'DeepColdArchive' || tier !== 'Bulk', {
    error: 'DeepColdArchive objects are restored with the tier Standard',
    path: ['tier'],
  });

const operation = z
  .strictObject({
    putObjectTagging: tags.optional(),
    addObjectTagging: tags.optional(),
    deleteObjectTagging: z.literal(true).optional(),
    putObjectAcl: z.enum(['default', 'private', 'public-read', 'public-read-write']).optional(),
    restoreObject: restore.optional(),
  })
  .refine((given) => Object.values(given).filter((one) => one !== undefined).length === 1, {
    error:
      'exactly one of putObjectTagging, addObjectTagging, deleteObjectTagging, putObjectAcl and restoreObject is needed',
  });

const schema = z
  .strictObject({
    // In the order of the documentation, in which a job is sent.
    confirmationRequired: z.boolean().optional(),
    operation,
    report: z.strictObject({
      bucket,
      enabled: z.boolean(),
      prefix: anyText.optional(),
      reportScope: z.enum(['AllTasks', 'FailedTasksOnly']).optional(),
    }),
    clientRequestToken: text.max(64).optional(),
    manifest: z
      .strictObject({
        location: z.strictObject({ etag: text.optional(), bucket, object: text, versionId: text.optional() }),
        spec: z.strictObject({
          fields: text.optional(),
          format: z.enum(['OSS_BatchOperations_CSV_20250611', 'OSS_InventoryReport_CSV_20250611']),
        }),
      })
      .optional(),
    keyPrefixManifestGenerator: z
      .strictObject({ sourceBucket: bucket, prefix: anyText.optional() })
      .optional(),
    description: anyText.max(256).optional(),
    priority: z.number().int().min(0).max(2_147_483_647),
    roleArn: z
      .string()
      .regex(
        /^(?:arn:)?acs:ram::[^:]+:role\/\S+$/,
        'expected a role such as acs:ram::1234567890:role/BatchRole',
      ),
  })
  .refine(
    ({ manifest, keyPrefixManifestGenerator }) =>
      (manifest === undefined) !== (keyPrefixManifestGenerator === undefined),
    { error: 'exactly one of manifest and keyPrefixManifestGenerator is needed' },
  );

/**
 * A description that OSS can be sent, with a token of its own where none was given.
 *
 * @throws StoreError `InvalidArgument` that names every field that is missing, doubled or wrong
 */
export function checkJob(description: object): JobDescription & { readonly clientRequestToken: string } {
  const result = schema.safeParse(description);
  if (!result.success) {
    const problems = result.error.issues.map(
      ({ path, message }) => `${['job', ...path].join('.')}: ${message}`,
    );
    throw new StoreError('InvalidArgument', problems.join('; '), { provider: 'oss', operation: 'createJob' });
  }
  // Of this shape, as the schema has found.
  const job = result.data as JobDescription;
  return { ...job, clientRequestToken: job.clientRequestToken ?? randomUUID() };
}
