import { StoreError, type ObjectInfo, type ReadRequest } from '@store/core';
import { ServiceError } from './http/service-error.js';

/** The headers of a condition, by what they are called in this request. */
export interface ConditionHeaders {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifUnmodifiedSince: string | undefined;
}

/** Conditions of a read as its headers have them; `prefix` is that of a copy's source. */
export function conditionHeaders(
  headers: ReadonlyMap<string, string>,
  prefix: '' | 'x-amz-copy-source-' = '',
): ConditionHeaders {
  return {
    ifMatch: headers.get(`${prefix}if-match`),
    ifNoneMatch: headers.get(`${prefix}if-none-match`),
    ifModifiedSince: headers.get(`${prefix}if-modified-since`),
    ifUnmodifiedSince: headers.get(`${prefix}if-unmodified-since`),
  };
}

/**
 * Conditions that a store can be asked in its own request: one ETag in each header at most. Undefined for what has to be
 * looked at here: lists, `*` and times.
 */
export function simpleConditions(
  given: ConditionHeaders,
): Pick<ReadRequest, 'ifMatch' | 'ifNoneMatch'> | undefined {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = given;
  const tags = [ifMatch, ifNoneMatch].map((header) => (header === undefined ? undefined : tagsOf(header)));
  const many = tags.some((list) => list !== undefined && (list.length !== 1 || list[0] === '*'));
  if (many || (ifModifiedSince ?? ifUnmodifiedSince) !== undefined) return undefined;
  const [match, noneMatch] = tags;
  return { ifMatch: match?.[0], ifNoneMatch: noneMatch?.[0] };
}

/**
 * Holds an object against conditions, in the order of RFC 9110 (§13.2.2), which S3 documents too.
 *
 * @throws ServiceError `NotModified`, or StoreError `PreconditionFailed`
 */
export function checkConditions(given: ConditionHeaders, { etag, lastModified }: ObjectInfo): void {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = given;
  // Dates have no fractions of a second.
  const modified = lastModified && Math.floor(lastModified.getTime() / 1000) * 1000;
  const isOne = (header: string): boolean => {
    const tags = tagsOf(header);
    return tags.includes('*') || (etag !== undefined && tags.includes(etag));
  };
  if (ifMatch !== undefined) {
    if (!isOne(ifMatch)) throw unmet();
  } else if (
    ifUnmodifiedSince !== undefined &&
    modified !== undefined &&
    modified > Date.parse(ifUnmodifiedSince)
  ) {
    throw unmet();
  }
  if (ifNoneMatch !== undefined) {
    if (isOne(ifNoneMatch)) throw new ServiceError(304, 'NotModified', 'Not Modified');
  } else if (
    ifModifiedSince !== undefined &&
    modified !== undefined &&
    modified <= Date.parse(ifModifiedSince)
  ) {
    throw new ServiceError(304, 'NotModified', 'Not Modified');
  }
}

/** ETags with their quotes, which S3 does not insist on; a weak one names the same object. */
function tagsOf(header: string): string[] {
  return header
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .map((tag) => (tag === '*' || tag.startsWith('"') ? tag : `"${tag}"`));
}

function unmet(): StoreError {
  return new StoreError('PreconditionFailed', 'a condition does not hold');
}
