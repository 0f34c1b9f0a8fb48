import { AWS_QUIRKS, type Quirks } from './quirks.js';

export const PROFILE_NAMES = ['aws', 'minio', 'ceph', 'generic'] as const;

/** A service whose quirks are known. */
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** What most services other than AWS have in common: path-style addresses, no unasked-for checksums. */
const COMPATIBLE: Quirks = { ...AWS_QUIRKS, forcePathStyle: true, checksums: 'when-required' };

/** The quirks of each profile; sources in `docs/adapters/s3.md`. */
export const PROFILES: Readonly<Record<ProfileName, Quirks>> = {
  aws: AWS_QUIRKS,
  // MinIO before 2025 takes Content-MD5 alone, later versions either.
  minio: { ...COMPATIBLE, contentMd5: true },
  // Measured on RADOS Gateway 16.2: takes any digest or none.
  ceph: COMPATIBLE,
  // Every SDK sent Content-MD5 before 2025, and no service is known to refuse it.
  generic: { ...COMPATIBLE, contentMd5: true },
};
