import type { ConfigShape } from '@store/core';
import { endpointUrl, requestLimits, someText as text, type RequestLimits } from '@store/kit';
import { z } from 'zod';
import { PROFILE_NAMES, profileOf, PROFILES, type ProfileName } from './profiles.js';
import type { QuirkSettings, Quirks } from './quirks.js';

export interface S3Config extends RequestLimits {
  readonly bucket: string;
  /** Default: the SDK's own (`AWS_REGION`, the shared config file); `us-east-1` where an endpoint is given. */
  readonly region?: string | undefined;
  /** URL of an S3-compatible service. Default: AWS. */
  readonly endpoint?: string | undefined;
  /** Without credentials here, the SDK's chain is used: environment, shared files, web identity, instance role. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
  /** A named profile of the shared credentials file. */
  readonly credentialsProfile?: string | undefined;
  /** Which service this is. Default `aws`, or `generic` where an endpoint is given. */
  readonly profile?: ProfileName | undefined;
  /** Single differences from the profile. */
  readonly quirks?: QuirkSettings | undefined;
  /** How long a connection may take to be made, in milliseconds. Default 10 000. */
  readonly connectTimeoutMs?: number | undefined;
}

/** The profile's quirks, with those that the configuration sets on its own. */
export function quirksOf(config: S3Config): Quirks {
  const given = Object.entries(config.quirks ?? {}).filter(([, value]) => value !== undefined);
  return { ...PROFILES[profileOf(config)], ...Object.fromEntries(given) };
}

const quirks = {
  forcePathStyle: z.boolean(),
  contentMd5: z.union([z.boolean(), z.literal('auto')]),
  checksums: z.enum(['when-required', 'when-supported']),
  checksumAlgorithm: z.enum(['CRC32', 'CRC32C', 'SHA1', 'SHA256']),
  serverPrefixDelete: z.boolean(),
  disableBatchDelete: z.boolean(),
  listVersion: z.union([z.literal(1), z.literal(2)]),
  unsignedPayload: z.boolean(),
  quietDeletes: z.boolean(),
  orderedList: z.boolean(),
  versions: z.boolean(),
  conditionalDelete: z.union([z.literal('batch'), z.literal('single'), z.literal(false)]),
  conditionalPut: z.boolean(),
  delimiter: z.enum(['any', 'slash']),
  regionInHost: z.boolean(),
  tags: z.boolean(),
  lifecycle: z.union([z.literal('filter'), z.literal('prefix'), z.literal(false)]),
  lifecycleOverlap: z.boolean(),
  presignedPut: z.enum(['v4', 'v2']),
  restore: z.boolean(),
  equalParts: z.boolean(),
  maxCopyBytes: z.number().int().min(1),
} satisfies ConfigShape<Required<QuirkSettings>>;

const shape = {
  // The form that all services share; names that AWS alone refuses are left to it.
  bucket: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/, 'expected the name of a bucket'),
  region: text.optional(),
  endpoint: endpointUrl('https://s3.example.com').optional(),
  accessKeyId: text.optional(),
  secretAccessKey: text.optional(),
  sessionToken: text.optional(),
  credentialsProfile: text.optional(),
  profile: z.enum(PROFILE_NAMES).optional(),
  quirks: z.strictObject(quirks).partial().optional(),
  connectTimeoutMs: z.number().int().min(1).max(600_000).optional(),
  ...requestLimits,
} satisfies ConfigShape<S3Config>;

export const s3ConfigSchema: z.ZodType<S3Config> = z
  .strictObject(shape)
  .refine(
    ({ accessKeyId, secretAccessKey }) => (accessKeyId === undefined) === (secretAccessKey === undefined),
    {
      error: 'accessKeyId and secretAccessKey go together',
    },
  )
  .refine(({ sessionToken, accessKeyId }) => sessionToken === undefined || accessKeyId !== undefined, {
    error: 'sessionToken goes with accessKeyId and secretAccessKey',
    path: ['sessionToken'],
  })
  .refine(
    ({ credentialsProfile, accessKeyId }) => credentialsProfile === undefined || accessKeyId === undefined,
    {
      error: 'either accessKeyId and secretAccessKey, or credentialsProfile',
      path: ['credentialsProfile'],
    },
  );
