/** Where a service differs from AWS S3, one switch each; all off is AWS. */
export interface S3Quirks {
  /**
   * DeleteObjects needs Content-MD5, a checksum header is not enough: with the code `InvalidRequest` (as
   * Swift's s3api answers) or `MissingArgument` (as Alibaba Cloud OSS does).
   */
  readonly requireContentMd5?: 'InvalidRequest' | 'MissingArgument' | false | undefined;
  /** DeleteObjects is taken without any digest, as by Ceph. */
  readonly digestOptional?: boolean | undefined;
  /** `aws-chunked` bodies with trailing checksums are refused; with this code, where it is not NotImplemented. */
  readonly rejectCrcTrailers?: boolean | 'XAmzContentSHA256Mismatch' | undefined;
  /** No `aws-chunked` bodies of any kind. */
  readonly rejectChunked?: boolean | undefined;
  /** Bodies have to come with their SHA-256: `UNSIGNED-PAYLOAD` is refused in headers, as on some pools of ZOS. */
  readonly requireSignedPayload?: boolean | undefined;
  /** Signature version 2 is taken too. */
  readonly signatureV2?: boolean | undefined;
  /** The region that signatures name is not looked at. */
  readonly anyRegion?: boolean | undefined;
  /** Every `x-amz-checksum-*` header is refused by name, as by Backblaze B2. */
  readonly rejectChecksumHeaders?: boolean | undefined;
  /** The prefix-delete extension is known: `POST /bucket?delete&prefix=…` without a body. */
  readonly serverPrefixDelete?: boolean | undefined;
  /** There is no DeleteObjects: 501. */
  readonly noBatchDelete?: boolean | undefined;
  /** Most keys in a batch; default 1000. */
  readonly maxBatchKeys?: number | undefined;
  /** ListObjectsV2 is not known: the parameter is ignored and version 1 answers. */
  readonly listV1Only?: boolean | undefined;
  /**
   * Where version-2 listings begin: `start-after` is ignored, as moto and versitygw once did, or the key itself is listed too,
   * as by iDrive E2.
   */
  readonly startAfter?: 'ignored' | 'inclusive' | undefined;
  /** Version-1 listings begin at the marker, not behind it, as OOS's once did (seen by JuiceFS). */
  readonly inclusiveMarker?: boolean | undefined;
  /** `/` is the only delimiter. */
  readonly slashDelimiter?: boolean | undefined;
  /** There are no versions at all: their sub-resources are not known. */
  readonly noVersions?: boolean | undefined;
  /** Lifecycle rules have no `Filter`. */
  readonly lifecyclePrefixOnly?: boolean | undefined;
  /** Two lifecycle rules must not expire the same keys. */
  readonly noLifecycleOverlap?: boolean | undefined;
  /** There are no tags. */
  readonly noTags?: boolean | undefined;
  /** `encoding-type` is ignored. */
  readonly ignoreEncodingType?: boolean | undefined;
  /** Conditions on deletes are ignored, as by Ceph 16; `batch`: those inside a batch. */
  readonly ignoreDeleteConditions?: boolean | 'batch' | undefined;
  /** Deletes take conditions of size and time, which S3 has in directory buckets alone. */
  readonly deleteConditions?: boolean | undefined;
  /** Writes take all conditions of HTTP, where the store holds S3's. */
  readonly anyWriteCondition?: boolean | undefined;
  /** Conditional writes answer 501, as Swift's. */
  readonly noConditionalPut?: boolean | undefined;
  /** Writes that ask for encryption answer 501. */
  readonly noEncryption?: boolean | undefined;
  /** Deleting answers without a body instead of a DeleteResult when `Quiet` is asked for, as OSS does. */
  readonly quietAnswersEmpty?: boolean | undefined;
  /** The answer to a batch names what was deleted and nothing else: failures are left out, as OSS's. */
  readonly silentFailures?: boolean | undefined;
  /** Character references to control characters are taken in a batch, as by OSS (its Java SDK's tests). */
  readonly numericReferences?: boolean | undefined;
  /** Version-1 listings that are truncated name the next marker without a delimiter too. */
  readonly alwaysNextMarker?: boolean | undefined;
  /** Listings encode a space as `%20`, not `+`. */
  readonly encodesSpaces?: boolean | undefined;
  /** What listings call the usual storage class; default `STANDARD`. */
  readonly standardClass?: string | undefined;
  /** Smallest part but the last, in bytes; default 5 MiB. */
  readonly minPartBytes?: number | undefined;
  /** Largest object in bytes that is copied in one request; default 5 GiB. */
  readonly maxCopyBytes?: number | undefined;
  /** Deleting a version needs `x-amz-mfa`. */
  readonly mfaDelete?: boolean | undefined;
  /** Every request needs `x-amz-request-payer: requester`. */
  readonly requesterPays?: boolean | undefined;
  /** Account that owns the buckets; default `111122223333`. */
  readonly owner?: string | undefined;
}
