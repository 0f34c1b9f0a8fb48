import { StoreError, type ObjectInfo, type ReadRequest } from '@store/driver';
import { ServiceError } from './http/service-error.js';
import { infoHeaders } from './object-headers.js';

/** The headers of a condition, by what they are called in this request. */
export interface ConditionHeaders {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifUnmodifiedSince: string | undefined;
}

export const NO_CONDITIONS: ConditionHeaders = {
  ifMatch: undefined,
  ifNoneMatch: undefined,
  ifModifiedSince: undefined,
  ifUnmodifiedSince: undefined,
};

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
 * looked at here: lists, `*`, weak ETags and times.
 */
export function simpleConditions(
  given: ConditionHeaders,
): Pick<ReadRequest, 'ifMatch' | 'ifNoneMatch'> | undefined {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = given;
  if ((ifModifiedSince ?? ifUnmodifiedSince) !== undefined) return undefined;
  const lists = [ifMatch, ifNoneMatch].map((header) => (header === undefined ? undefined : tagsOf(header)));
  const many = lists.some((list) => list !== undefined && (list.length !== 1 || list[0]?.tag === '*'));
  const [match, noneMatch] = lists;
  if (many || match?.[0]?.weak === true) return undefined;
  return { ifMatch: match?.[0]?.tag, ifNoneMatch: noneMatch?.[0]?.tag };
}

/**
 * Holds an object against conditions, in the order of RFC 9110 (§13.2.2), which S3 documents too.
 *
 * @throws ServiceError `NotModified`, or StoreError `PreconditionFailed`
 */
export function checkConditions(given: ConditionHeaders, info: ObjectInfo): void {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = given;
  if (ifMatch === undefined) {
    if (isLater(info, ifUnmodifiedSince) === true) throw unmet();
  } else if (!tagsOf(ifMatch).some(({ tag, weak }) => tag === '*' || (!weak && tag === info.etag))) {
    throw unmet();
  }
  if (ifNoneMatch === undefined) {
    if (isLater(info, ifModifiedSince) === false) throw notModified(info);
  } else if (tagsOf(ifNoneMatch).some(({ tag }) => tag === '*' || tag === strong(info.etag))) {
    throw notModified(info);
  }
}

/** Whether the object is still what a client has a part of (`If-Range`): an ETag that is not weak, or a time to the second. */
export function holdsForRange(ifRange: string, { etag, lastModified }: ObjectInfo): boolean {
  const time = timeOf(ifRange);
  if (time !== undefined) return lastModified !== undefined && time === wholeSeconds(lastModified);
  const [one, ...others] = tagsOf(ifRange);
  return one !== undefined && others.length === 0 && !one.weak && one.tag === etag;
}

/** An answer without the object, which the client has: as much as it needs to know which one that is. */
export function notModified(
  info: Pick<ObjectInfo, 'etag' | 'lastModified' | 'cacheControl' | 'versionId'>,
): ServiceError {
  const headers = infoHeaders({
    key: '',
    etag: info.etag,
    lastModified: info.lastModified,
    cacheControl: info.cacheControl,
    versionId: info.versionId,
  });
  return new ServiceError(304, 'NotModified', 'Not Modified', {}, headers);
}

/** Whether an object was modified after a time; undefined where that is no time, or the store gives none. */
function isLater({ lastModified }: ObjectInfo, header: string | undefined): boolean | undefined {
  const time = header === undefined ? undefined : timeOf(header);
  if (time === undefined || lastModified === undefined) return undefined;
  return wholeSeconds(lastModified) > time;
}

/** Dates of HTTP have no fractions of a second. */
function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000) * 1000;
}

/** @returns milliseconds since the epoch; undefined for what is no date: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 */
export function timeOf(header: string): number | undefined {
  if (!/^[A-Z][a-z]{2,8},? /.test(header)) return undefined;
  // The oldest of the three forms names no zone.
  const time = Date.parse(header.endsWith('GMT') ? header : `${header} GMT`);
  return Number.isNaN(time) ? undefined : time;
}

interface EntityTag {
  /** With its quotes, which S3 does not insist on; or `*`. */
  readonly tag: string;
  readonly weak: boolean;
}

function tagsOf(header: string): EntityTag[] {
  return [...header.matchAll(/(W\/)?("[^"]*"|[^\s,"]+)/g)].map(([, weak, tag = '']) => ({
    tag: tag === '*' || tag.startsWith('"') ? tag : `"${tag}"`,
    weak: weak !== undefined,
  }));
}

function strong(etag: string | undefined): string | undefined {
  return etag?.replace(/^W\//, '');
}

function unmet(): StoreError {
  return new StoreError('PreconditionFailed', 'a condition does not hold');
}
