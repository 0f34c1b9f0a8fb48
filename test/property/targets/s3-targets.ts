import type { Emulator, S3Quirks } from '@store/emulator';
import { PROFILE_NAMES, s3, type ProfileName, type Quirks } from '@store/s3';
import { emulatedTarget } from './emulated-target.js';
import type { Target } from './target.js';

/** What a service is like, and what its configuration needs besides the profile. */
interface Service {
  readonly service: S3Quirks;
  readonly face?: 's3' | 'ossS3' | 'oos' | 'zosS3';
  readonly versioned?: boolean;
  readonly quirks?: Partial<Quirks>;
  readonly region?: string;
}

const MD5_ALONE: S3Quirks = { requireContentMd5: 'InvalidRequest', rejectCrcTrailers: true };
const PLAIN: S3Quirks = { ...MD5_ALONE, noVersions: true, noTags: true };
/** The emulator has one host. */
const ONE_HOST = { forcePathStyle: true };

/** The service that each profile is for, as far as it is known. */
const SERVICES: Readonly<Record<ProfileName, Service>> = {
  aws: { service: {}, versioned: true, quirks: ONE_HOST },
  generic: {
    service: { requireContentMd5: 'MissingArgument', rejectCrcTrailers: true, rejectChecksumHeaders: true },
    versioned: true,
  },
  ceph: { service: { digestOptional: true, ignoreDeleteConditions: true }, versioned: true },
  swift: { service: { ...PLAIN, noConditionalPut: true } },
  minio: { service: MD5_ALONE, versioned: true },
  gcs: { service: { ...PLAIN, encodesSpaces: true } },
  r2: { service: PLAIN },
  b2: { service: { ...MD5_ALONE, rejectChecksumHeaders: true, noTags: true }, versioned: true },
  oss: { face: 'ossS3', service: { noVersions: true }, quirks: ONE_HOST },
  'ctyun-oos': { face: 'oos', service: {}, region: 'cn' },
  'ctyun-zos': { face: 'zosS3', service: {}, versioned: true },
  cos: { service: { ...PLAIN, alwaysNextMarker: true }, quirks: ONE_HOST },
  obs: { service: { ...PLAIN, ignoreEncodingType: true }, quirks: ONE_HOST },
  tos: { service: PLAIN, quirks: ONE_HOST },
};

function target(name: string, profile: ProfileName, { face = 's3', service, ...one }: Service): Target {
  return emulatedTarget({
    name,
    adapter: s3,
    emulator: { [face]: { quirks: service } },
    config: ({ endpoints, ...emulator }: Emulator) => ({
      profile,
      endpoint: endpoints[face],
      region: one.region ?? emulator.region,
      ...(face === 'zosS3' ? emulator.dataCredential : emulator.credential),
      quirks: one.quirks ?? {},
    }),
    versioned: one.versioned ?? false,
    // A quiet answer does not speak of what went well.
    tellsMarkers: !one.quirks?.quietDeletes,
  });
}

export const s3Targets: readonly Target[] = [
  ...PROFILE_NAMES.map((profile) => target(`s3, profile ${profile}`, profile, SERVICES[profile])),
  target('s3 with the prefix-delete extension', 'ceph', {
    service: { digestOptional: true, serverPrefixDelete: true },
    versioned: true,
    quirks: { serverPrefixDelete: true },
  }),
  target('s3 without batch deletes, list version 1, inclusive markers', 'generic', {
    service: { noBatchDelete: true, listV1Only: true, inclusiveMarker: true, noConditionalPut: true },
    quirks: { disableBatchDelete: true, listVersion: 1, conditionalPut: false },
  }),
  target('s3 with quiet deletes and deletes on condition', 'minio', {
    service: MD5_ALONE,
    versioned: true,
    quirks: { quietDeletes: true, conditionalDelete: 'batch' },
  }),
];
