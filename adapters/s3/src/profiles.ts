import { AWS_QUIRKS, type Quirks } from './quirks.js';

/** What most services other than AWS have in common: path-style addresses, no unasked-for checksums. */
const COMPATIBLE: Quirks = {
  ...AWS_QUIRKS,
  forcePathStyle: true,
  checksums: 'when-required',
  restore: false,
  postForms: false,
  encryption: false,
};

/** Services that take Content-MD5 alone, or that are not known to take anything else. */
const MD5: Quirks = { ...COMPATIBLE, contentMd5: true };

/** Of these nobody has shown that conditions, versions and tags work as on S3, so they are not promised;
 * nor are lifecycle rules. */
const MD5_PLAIN: Quirks = { ...MD5, versions: false, conditionalPut: false, tags: false, lifecycle: false };

/**
 * The quirks of each service. Measured: `ceph`, `swift`. From documentation and reports, not tried: the others;
 * sources in `docs/adapters/s3.md`.
 */
export const PROFILES = {
  aws: AWS_QUIRKS,
  /** A service that is not known: what it wants is found out on the way. */
  generic: { ...COMPATIBLE, contentMd5: 'auto' },
  /**
   * RADOS Gateway 16.2: takes any digest or none. Ignores conditions on deletes, and `If-None-Match` on writes to a
   * versioned bucket; compares `If-Match` with the ETag without its quotes.
   */
  ceph: { ...COMPATIBLE, conditionalPut: false },
  /** OpenStack Swift's s3api 2.30: no conditional writes; its version listings end early. */
  swift: MD5_PLAIN,
  /** Before 2025 it takes Content-MD5 alone, later versions either. */
  minio: { ...MD5, postForms: true },
  /** Google Cloud Storage's XML API: its versions are generations. */
  gcs: MD5_PLAIN,
  /** Cloudflare R2 has no versions and no tags. Equal parts: https://developers.cloudflare.com/r2/objects/multipart-objects/ */
  r2: { ...MD5, versions: false, tags: false, equalParts: true },
  /** Backblaze B2 refuses checksum headers by name. */
  b2: { ...MD5, conditionalPut: false, tags: false, lifecycle: false },
  /** Alibaba Cloud OSS through its S3 endpoint: host-style addresses only, no ListObjectVersions. */
  oss: { ...MD5_PLAIN, forcePathStyle: false },
  /** CTYUN OOS: list version 1, `/` as the only delimiter. */
  'ctyun-oos': {
    ...MD5_PLAIN,
    listVersion: 1,
    delimiter: 'slash',
    regionInHost: true,
    lifecycle: 'prefix',
    lifecycleOverlap: false,
  },
  /**
   * CTYUN ZOS, whose S3 endpoint is a RADOS Gateway. Some pools refuse bodies without their hash; its documentation
   * signs URLs by version 2.
   */
  'ctyun-zos': { ...MD5, conditionalPut: false, presignedPut: 'v2' },
  /** Tencent Cloud COS. */
  cos: { ...MD5_PLAIN, forcePathStyle: false },
  /** Huawei Cloud OBS. */
  obs: { ...MD5_PLAIN, forcePathStyle: false },
  /** Volcengine TOS. */
  tos: { ...MD5_PLAIN, forcePathStyle: false },
} as const satisfies Readonly<Record<string, Quirks>>;

/** A service whose quirks are known. */
export type ProfileName = keyof typeof PROFILES;

/** `aws`, or `generic` where an endpoint is given, unless the configuration says which service it is. */
export function profileOf(config: {
  readonly profile?: ProfileName | undefined;
  readonly endpoint?: string | undefined;
}): ProfileName {
  return config.profile ?? (config.endpoint === undefined ? 'aws' : 'generic');
}

export const PROFILE_NAMES = Object.keys(PROFILES) as [ProfileName, ...ProfileName[]];
