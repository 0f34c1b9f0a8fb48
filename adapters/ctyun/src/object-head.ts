import { StoreError, type ReadRequest, type RestoreState } from '@store/core';
import { timeFact } from '@store/kit';

/** With its quotes, which the OpenAPI writes in lists and leaves out elsewhere. */
export function etagOf(text: string | undefined): string | undefined {
  return text === undefined || text.startsWith('"') ? text : `"${text}"`;
}

/** @throws StoreError `PreconditionFailed` */
export function checkConditions({ key, ifMatch, ifNoneMatch }: ReadRequest, etag: string | undefined): void {
  const unmet =
    ifMatch !== undefined && ifMatch !== etag
      ? `the object's ETag is ${etag}, not ${ifMatch}`
      : ifNoneMatch !== undefined && ifNoneMatch === etag
        ? `the object still has the ETag ${ifNoneMatch}`
        : undefined;
  if (unmet === undefined) return;
  throw new StoreError('PreconditionFailed', unmet, { provider: 'ctyun', operation: 'head', key });
}

/** `ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00 GMT"`, as S3 writes it. */
export function restoreStateOf(text: string | undefined): RestoreState | undefined {
  if (text === undefined) return undefined;
  const expiry = /expiry-date="([^"]+)"/.exec(text)?.[1];
  const until = timeFact(expiry);
  return { ongoing: text.includes('ongoing-request="true"'), ...(until ? { until } : {}) };
}
