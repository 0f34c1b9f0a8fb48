import { StoreError, type ReadRequest } from '@store/core';

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
