import type { ObjectChecksum } from '@store/driver';
import {
  CHECKSUM_ELEMENTS,
  checksumTypeOf,
  checkType,
  type AnnouncedChecksum,
  type ChecksumType,
} from './announced-checksum.js';
import { beginChecksum } from './checksums.js';
import { ServiceError } from './http/service-error.js';
import type { Incoming } from './http/incoming.js';
import { unkept } from './unkept.js';
import { childrenOf, type XmlElement } from './xml.js';

const HEADER = /^x-amz-checksum-(?!type$)(.+)$/;

/** What the end of an upload says about its object: a checksum of S3's kind. */
export interface UploadClaim {
  readonly algorithm: string;
  /** In base64. */
  readonly value: string;
  /**
   * Of all bytes, or of the checksums of the parts, one after the other; undefined where that was not said, and both are
   * meant.
   */
  readonly type: ChecksumType | undefined;
}

/** What the end of an upload has to be held against. */
export interface UploadClaims {
  readonly whole: readonly UploadClaim[];
  /** Of the parts, in their order: checksums in base64, by algorithm. */
  readonly parts: readonly Readonly<Record<string, string>>[];
}

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 *
 * @param announced what was said when the upload was begun
 * @throws ServiceError `InvalidRequest` for checksums that are none, or are not known here; `BadDigest` for a type of checksum that
 * is not the one that was announced; `NotImplemented` for a checksum of a part that is not known here
 */
export function claimsOf(
  { headers }: Incoming,
  parts: readonly XmlElement[],
  announced: AnnouncedChecksum | undefined,
): UploadClaims {
  const type = checksumTypeOf(headers);
  if (announced && type !== undefined && type !== announced.type) throw otherType(announced);
  const whole = [...headers].flatMap(([name, value]) => {
    const algorithm = HEADER.exec(name)?.[1];
    return algorithm === undefined
      ? []
      : [claimOf(algorithm, value, { type, announced, count: parts.length })];
  });
  return { whole, parts: parts.map(claimsOfPart) };
}

interface Claiming {
  readonly type: ChecksumType | undefined;
  readonly announced: AnnouncedChecksum | undefined;
  /** Of the parts that are listed. */
  readonly count: number;
}

function claimOf(algorithm: string, text: string, { type: given, announced, count }: Claiming): UploadClaim {
  if (CHECKSUM_ELEMENTS[algorithm] === undefined)
    throw invalid(`The algorithm of x-amz-checksum-${algorithm} is not supported.`);
  // S3 writes the number of parts behind a checksum of checksums.
  const [, value = '', parts] = /^([A-Za-z0-9+/]+={0,2})(-\d{1,5})?$/.exec(text) ?? [];
  const bytes = beginChecksum(algorithm)?.base64().length;
  if (value.length !== bytes) throw invalid(`Value for x-amz-checksum-${algorithm} header is invalid.`);
  const hash = algorithm.startsWith('sha');
  const type =
    given ??
    (parts !== undefined || hash ? 'COMPOSITE' : algorithm === 'crc64nvme' ? 'FULL_OBJECT' : undefined);
  if (type !== undefined) checkType(algorithm, type);
  if (type === 'FULL_OBJECT' && parts !== undefined)
    throw invalid(`Value for x-amz-checksum-${algorithm} header is invalid.`);
  if (announced?.algorithm === algorithm && (type ?? announced.type) !== announced.type)
    throw otherType(announced);
  if (parts !== undefined && parts !== `-${count}`) throw badDigest(algorithm);
  return { algorithm, value, type };
}

function claimsOfPart(part: XmlElement): Record<string, string> {
  const claims: Record<string, string> = {};
  for (const { name, text } of childrenOf(part)) {
    if (!name.startsWith('Checksum')) continue;
    const [algorithm] = Object.entries(CHECKSUM_ELEMENTS).find(([, one]) => one === name) ?? [];
    // It is not accepted as if it had been held against the part.
    if (algorithm === undefined) throw unkept('element', name);
    claims[algorithm] ??= text;
  }
  return claims;
}

/** What was found right of an object whose bytes were seen, as far as it is known what it is of. */
export function claimedChecksums(claims: readonly UploadClaim[]): ObjectChecksum[] {
  return claims.flatMap(({ algorithm, value, type }) => (type ? [{ algorithm, value, type }] : []));
}

export function invalidPart(algorithm: string): ServiceError {
  return new ServiceError(
    400,
    'InvalidPart',
    `One or more of the specified parts could not be found: the ${algorithm.toUpperCase()} of one is another.`,
  );
}

/** As it is documented: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
function otherType({ type }: AnnouncedChecksum): ServiceError {
  return new ServiceError(
    400,
    'BadDigest',
    `The checksum type of this upload is ${type}, as its beginning said, and its end says another one.`,
  );
}

export function badDigest(algorithm: string): ServiceError {
  return new ServiceError(
    400,
    'BadDigest',
    `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
  );
}

/** Holds the bytes of an upload, as its parts are joined, against what was said about them. */
export class ClaimCheck {
  readonly #claims: UploadClaims;
  readonly #whole: readonly {
    readonly claim: UploadClaim;
    readonly full: ReturnType<typeof begun> | undefined;
    readonly composite: ReturnType<typeof begun> | undefined;
  }[];
  #part = new Map<string, ReturnType<typeof begun>>();
  #partsEnded = 0;

  constructor(claims: UploadClaims) {
    this.#claims = claims;
    this.#whole = claims.whole.map((claim) => ({
      claim,
      full: claim.type === 'COMPOSITE' ? undefined : begun(claim.algorithm),
      composite: claim.type === 'FULL_OBJECT' ? undefined : begun(claim.algorithm),
    }));
    this.#beginPart();
  }

  update(bytes: Uint8Array): void {
    for (const { full } of this.#whole) full?.update(bytes);
    for (const sum of this.#part.values()) sum.update(bytes);
  }

  /** @throws ServiceError `InvalidPart` when the part that ended here is another one than was said */
  endPart(): void {
    const claimed = this.#claims.parts[this.#partsEnded] ?? {};
    const sums = new Map([...this.#part].map(([algorithm, sum]) => [algorithm, sum.base64()]));
    for (const [algorithm, value] of Object.entries(claimed)) {
      if (sums.get(algorithm) === value) continue;
      throw invalidPart(algorithm);
    }
    for (const { claim, composite } of this.#whole)
      composite?.update(Buffer.from(sums.get(claim.algorithm) ?? '', 'base64'));
    this.#partsEnded++;
    this.#beginPart();
  }

  /** @throws ServiceError `BadDigest` when the object is another one than was said */
  end(): void {
    for (const { claim, full, composite } of this.#whole) {
      if (full?.base64() === claim.value || composite?.base64() === claim.value) continue;
      throw badDigest(claim.algorithm);
    }
  }

  #beginPart(): void {
    const ofParts = Object.keys(this.#claims.parts[this.#partsEnded] ?? {});
    const composites = this.#whole.flatMap(({ claim, composite }) => (composite ? [claim.algorithm] : []));
    this.#part = new Map([...new Set([...ofParts, ...composites])].map((name) => [name, begun(name)]));
  }
}

function begun(algorithm: string) {
  const sum = beginChecksum(algorithm);
  if (sum) return sum;
  throw invalid(`The algorithm ${algorithm} is not supported.`);
}

function invalid(message: string): ServiceError {
  return new ServiceError(400, 'InvalidRequest', message);
}
