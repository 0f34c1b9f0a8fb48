import { optionTypes as types, type ConfigShape } from '@store/driver';
import { endpointUrl, requestLimits, someText as text, type RequestLimits } from '@store/kit';
import * as v from 'valibot';
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
  forcePathStyle: v.boolean(),
  contentMd5: v.union([v.boolean(), v.picklist(['auto'])]),
  checksums: v.picklist(['when-required', 'when-supported']),
  checksumAlgorithm: v.picklist(['CRC32', 'CRC32C', 'SHA1', 'SHA256']),
  serverPrefixDelete: v.boolean(),
  disableBatchDelete: v.boolean(),
  listVersion: v.picklist([1, 2]),
  unsignedPayload: v.boolean(),
  quietDeletes: v.boolean(),
  orderedList: v.boolean(),
  versions: v.boolean(),
  conditionalDelete: v.union([v.picklist(['batch', 'single']), v.literal(false)]),
  conditionalPut: v.boolean(),
  delimiter: v.picklist(['any', 'slash']),
  regionInHost: v.boolean(),
  tags: v.boolean(),
  lifecycle: v.union([v.picklist(['filter', 'prefix']), v.literal(false)]),
  lifecycleOverlap: v.boolean(),
  presignedPut: v.picklist(['v4', 'v2']),
  restore: v.boolean(),
  postForms: v.boolean(),
  encryption: v.boolean(),
  equalParts: v.boolean(),
  maxCopyBytes: types.integer(1),
} satisfies ConfigShape<Required<QuirkSettings>>;

const shape = {
  // The form that all services share; names that AWS alone refuses are left to it.
  bucket: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/, 'expected the name of a bucket')),
  region: v.optional(text),
  endpoint: v.optional(endpointUrl('https://s3.example.com')),
  accessKeyId: v.optional(text),
  secretAccessKey: v.optional(text),
  sessionToken: v.optional(text),
  credentialsProfile: v.optional(text),
  profile: v.optional(v.picklist(PROFILE_NAMES)),
  quirks: v.optional(types.plain(v.partial(v.strictObject(quirks)))),
  connectTimeoutMs: v.optional(types.integer(1, 600_000)),
  ...requestLimits,
} satisfies ConfigShape<S3Config>;

export const s3ConfigSchema: v.GenericSchema<unknown, S3Config> = v.pipe(
  v.strictObject(shape),
  v.check(
    ({ accessKeyId, secretAccessKey }) => (accessKeyId === undefined) === (secretAccessKey === undefined),
    'accessKeyId and secretAccessKey go together',
  ),
  v.forward(
    v.check(
      ({ sessionToken, accessKeyId }) => sessionToken === undefined || accessKeyId !== undefined,
      'sessionToken goes with accessKeyId and secretAccessKey',
    ),
    ['sessionToken'],
  ),
  v.forward(
    v.check(
      ({ credentialsProfile, accessKeyId }) => credentialsProfile === undefined || accessKeyId === undefined,
      'either accessKeyId and secretAccessKey, or credentialsProfile',
    ),
    ['credentialsProfile'],
  ),
);
