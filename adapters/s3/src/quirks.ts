/** How a service differs from AWS S3, in what this adapter has to do about it. Each can be set on its own. */
export interface QuirkSettings {
  /** `http://host/bucket/key` instead of `http://bucket.host/key`. */
  readonly forcePathStyle?: boolean | undefined;
  /**
   * Send a signed Content-MD5, and no checksum header beside it, with the requests that need a digest:
   * DeleteObjects above all. Alibaba Cloud OSS, CTYUN OOS, Swift and others take nothing else. `auto`: as soon as
   * the service refuses a batch for want of it.
   */
  readonly contentMd5?: boolean | 'auto' | undefined;
  /** Whether the SDK's checksums go with uploads and are looked for in downloads, or where S3 insists alone. */
  readonly checksums?: 'when-required' | 'when-supported' | undefined;
  /** The checksum of DeleteObjects, where Content-MD5 does not stand in for it. */
  readonly checksumAlgorithm?: 'CRC32' | 'CRC32C' | 'SHA1' | 'SHA256' | undefined;
  /** The service knows the prefix-delete extension (docs/prefix-delete-extension.md). */
  readonly serverPrefixDelete?: boolean | undefined;
  /** Never send DeleteObjects: one DeleteObject a key. */
  readonly disableBatchDelete?: boolean | undefined;
  /** ListObjects version 1 goes on by the last key of a page, version 2 by a token. */
  readonly listVersion?: 1 | 2 | undefined;
  /** Do not hash bodies for the signature; over TLS only, since nothing else protects them. */
  readonly unsignedPayload?: boolean | undefined;
  /** Ask DeleteObjects to name failures only. Saves about 100 bytes a key, and the account of what was deleted. */
  readonly quietDeletes?: boolean | undefined;
  /** Keys come in the order of their UTF-8 bytes. */
  readonly orderedList?: boolean | undefined;
  /** Versions, delete markers, ListObjectVersions. */
  readonly versions?: boolean | undefined;
  /**
   * `If-Match` on deletes is honoured: by ETags inside a batch, on single deletes alone, or not. Ceph 16 ignores
   * both and deletes anyway, so this is set only for services that have been seen to honour it (`store doctor`).
   */
  readonly conditionalDelete?: 'batch' | 'single' | false | undefined;
  /** `If-None-Match: *` and `If-Match` on writes are honoured. */
  readonly conditionalPut?: boolean | undefined;
  /** Which delimiters group keys: any string, or the slash alone. */
  readonly delimiter?: 'any' | 'slash' | undefined;
  /** The region of signatures is a part of the endpoint's host: `cn` of `oos-cn.ctyunapi.cn`. */
  readonly regionInHost?: boolean | undefined;
  /** Tags of objects. */
  readonly tags?: boolean | undefined;
  /** Lifecycle rules with a `Filter`, with the `Prefix` of old, or none. */
  readonly lifecycle?: 'filter' | 'prefix' | false | undefined;
  /** Two lifecycle rules may expire the same keys. */
  readonly lifecycleOverlap?: boolean | undefined;
  /** Archived objects, and RestoreObject. */
  readonly restore?: boolean | undefined;
  /**
   * How URLs for PUT are signed. By version 4 they leave the body's hash out; where bodies have to come with theirs,
   * version 2 is left, which knows none. It signs the body's type: a URL made without one takes a body without one.
   */
  readonly presignedPut?: 'v4' | 'v2' | undefined;
  /** Forms by which browsers upload, with a policy of signature version 4. */
  readonly postForms?: boolean | undefined;
  /**
   * Server-side encryption as S3 has it, by the headers of a write: AWS alone, unless it is set. A service that does not say in
   * its answer that it has encrypted makes the write fail.
   */
  readonly encryption?: boolean | undefined;
  /** All parts of an upload but the last have to have the same size. */
  readonly equalParts?: boolean | undefined;
  /** Largest object in bytes that CopyObject copies; larger ones are copied by parts. */
  readonly maxCopyBytes?: number | undefined;
}

/** All of them. */
export type Quirks = { readonly [Name in keyof QuirkSettings]-?: Exclude<QuirkSettings[Name], undefined> };

/** AWS S3 as documented. */
export const AWS_QUIRKS: Quirks = {
  forcePathStyle: false,
  contentMd5: false,
  checksums: 'when-supported',
  checksumAlgorithm: 'CRC32',
  serverPrefixDelete: false,
  disableBatchDelete: false,
  listVersion: 2,
  unsignedPayload: false,
  quietDeletes: false,
  orderedList: true,
  versions: true,
  conditionalDelete: false,
  conditionalPut: true,
  delimiter: 'any',
  regionInHost: false,
  tags: true,
  lifecycle: 'filter',
  lifecycleOverlap: true,
  restore: true,
  presignedPut: 'v4',
  postForms: true,
  encryption: true,
  equalParts: false,
  maxCopyBytes: 5 * 1024 ** 3,
};
