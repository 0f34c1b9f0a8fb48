/** A checksum of an object, as S3 has them. */
export interface ObjectChecksum {
  /** In lower case: `crc32`, `crc32c`, `crc64nvme`, `sha1`, `sha256`. */
  readonly algorithm: string;
  /** In base64. */
  readonly value: string;
  /** Of all bytes, or of the checksums of the parts, one after the other. */
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** One of the parts that an object came in. */
export interface RecordedPart {
  readonly partNumber: number;
  /** Bytes. */
  readonly size: number;
  /** In base64, by algorithm. */
  readonly checksums: Readonly<Record<string, string>>;
}

/**
 * How an object was uploaded through a server that stands in front of the store, and what its writer said of its bytes. It is
 * no part of the object's metadata: who reads the object does not see it, `write.copy` does not take it along, and another write
 * replaces it.
 */
export interface UploadRecord {
  readonly checksums: readonly ObjectChecksum[];
  /** In order, all of them; absent for an object that came at once. */
  readonly parts?: readonly RecordedPart[] | undefined;
}
