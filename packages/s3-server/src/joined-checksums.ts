import type { ObjectChecksum, RecordedPart, UploadRecord } from '@store/driver';
import { CHECKSUM_ELEMENTS, type AnnouncedChecksum, type ChecksumType } from './announced-checksum.js';
import { beginChecksum } from './checksums.js';
import { headersOfChecksums } from './object-headers.js';
import { combinedCrc } from './crc-combination.js';
import { badDigest, invalidPart, type UploadClaim, type UploadClaims } from './upload-claims.js';

/** What is known of an object before its parts are joined. */
export interface Joining {
  readonly record: UploadRecord;
  /** What nobody can tell without its bytes. */
  readonly open: readonly UploadClaim[];
  /** The same of its parts. */
  readonly openParts: readonly PartClaim[];
}

/** What was said of a part, and not the checksum itself. */
export interface PartClaim {
  /** Where it stands in the list. */
  readonly index: number;
  readonly algorithm: string;
}

/**
 * Holds what the end of an upload says against what was noted of its parts, and reckons the checksum of the object from theirs.
 *
 * @param noted all parts that are listed; undefined for one that was not seen
 * @throws ServiceError `InvalidPart`, `BadDigest`
 */
export function joinedChecksums(
  noted: readonly (RecordedPart | undefined)[],
  announced: AnnouncedChecksum | undefined,
  claims: UploadClaims,
): Joining {
  const openParts = heldParts(noted, claims);
  const parts = noted.flatMap((part) => part ?? []);
  if (parts.length < noted.length) return { record: { checksums: [] }, open: claims.whole, openParts };
  const found: ObjectChecksum[] = [];
  const open: UploadClaim[] = [];
  for (const claim of claims.whole) {
    const said = announced?.algorithm === claim.algorithm ? announced.type : undefined;
    const type = claim.type ?? said;
    const types: readonly ChecksumType[] = type === undefined ? ['FULL_OBJECT', 'COMPOSITE'] : [type];
    const sums = types.map((one) => checksumOf(parts, claim.algorithm, one));
    const right = sums.find((sum) => sum?.value === claim.value);
    if (right) found.push(right);
    else if (sums.includes(undefined)) open.push(claim);
    else throw badDigest(claim.algorithm);
  }
  const own = announced && checksumOf(parts, announced.algorithm, announced.type);
  if (own && !claims.whole.some(({ algorithm }) => algorithm === own.algorithm)) found.push(own);
  const recorded = parts.map(({ partNumber, size, checksums }) => ({ partNumber, size, checksums }));
  return { record: { checksums: found, parts: recorded }, open, openParts };
}

/** @returns what was said of parts that did not come with such a checksum, or were not seen. @throws ServiceError `InvalidPart` */
function heldParts(noted: readonly (RecordedPart | undefined)[], claims: UploadClaims): PartClaim[] {
  const open: PartClaim[] = [];
  for (const [index, claimed] of claims.parts.entries()) {
    for (const [algorithm, value] of Object.entries(claimed)) {
      const seen = noted[index]?.checksums[algorithm];
      if (seen === undefined) open.push({ index, algorithm });
      else if (seen !== value) throw invalidPart(algorithm);
    }
  }
  return open;
}

/** Undefined when a part has none, or the algorithm no such checksum. */
function checksumOf(
  parts: readonly RecordedPart[],
  algorithm: string,
  type: ChecksumType,
): ObjectChecksum | undefined {
  const pieces = parts.flatMap(({ size, checksums: { [algorithm]: value } }) =>
    value === undefined ? [] : [{ size, value }],
  );
  if (pieces.length < parts.length) return undefined;
  if (type === 'FULL_OBJECT') {
    const value = combinedCrc(algorithm, pieces);
    return value === undefined ? undefined : { algorithm, value, type };
  }
  const sum = algorithm === 'crc64nvme' ? undefined : beginChecksum(algorithm);
  for (const { value } of pieces) sum?.update(Buffer.from(value, 'base64'));
  return sum && { algorithm, value: sum.base64(), type };
}

/** How S3 writes the checksum of an object: one of checksums has the number of parts behind it. */
function textOf({ value, type }: ObjectChecksum, { parts = [] }: UploadRecord): string {
  return type === 'COMPOSITE' ? `${value}-${parts.length}` : value;
}

export function recordHeaders(record: UploadRecord): Record<string, string> {
  const [first] = record.checksums;
  if (!first) return {};
  const sums = record.checksums.map((one) => [one.algorithm, textOf(one, record)] as const);
  return { ...headersOfChecksums(Object.fromEntries(sums)), 'x-amz-checksum-type': first.type };
}

/** An element that has a text. */
export type ElementText = readonly [name: string, text: string];

/** The same as the elements of an answer. */
export function recordFields(record: UploadRecord | undefined): readonly ElementText[] {
  const first = record?.checksums[0];
  if (!first) return [];
  const sums = record.checksums.map((one): ElementText => [
    CHECKSUM_ELEMENTS[one.algorithm] ?? '',
    textOf(one, record),
  ]);
  return [...sums, ['ChecksumType', first.type]];
}

/** Checksums of a part, as elements. */
export function partFields(checksums: RecordedPart['checksums']): readonly ElementText[] {
  return Object.entries(checksums).map(([algorithm, value]) => [CHECKSUM_ELEMENTS[algorithm] ?? '', value]);
}
