import type { BatchDeleteResult, BatchFacet, DeleteFacet, PassThrough, RequestCharge } from '@store/driver';
import { deleteDocument } from '../delete-document.js';
import { readDeleteResult, settleQuietly } from '../delete-result.js';
import { isUrlEncoded } from '../listing-document.js';
import { headerOf, type AnswerHeaders } from '../object-info.js';
import { namesJustThese } from '../plain-delete-result.js';
import type { XmlElement } from '../xml.js';
import { XML, type Dialect, type Service } from './service.js';

/** What the caller hands on with a listing. */
export function listHeaders({ own }: Dialect, pass: PassThrough | undefined) {
  return {
    [`${own}request-payer`]: pass?.requestPayer ? 'requester' : undefined,
    [`${own}expected-bucket-owner`]: pass?.expectedBucketOwner,
  };
}

function deleteHeaders(dialect: Dialect, pass: PassThrough | undefined) {
  return {
    ...listHeaders(dialect, pass),
    [`${dialect.own}mfa`]: pass?.mfa,
    [`${dialect.own}bypass-governance-retention`]: pass?.bypassGovernance ? 'true' : undefined,
  };
}

/** What an answer says of who pays. */
export function chargeOf({ own }: Dialect, headers: AnswerHeaders): RequestCharge {
  return headerOf(headers, `${own}request-charged`) === 'requester' ? { requestCharged: true } : {};
}

/** DeleteObject. */
export function deleteFacet(
  service: Service,
  limits: Pick<DeleteFacet, 'ifMatch' | 'passThrough'>,
): DeleteFacet {
  const { dialect } = service;
  const { own } = dialect;
  return {
    ...limits,
    async one({ key, versionId, ifMatch }, call) {
      const headers = { ...deleteHeaders(dialect, call.pass), 'if-match': ifMatch };
      const request = { method: 'DELETE', key, query: { versionId }, headers } as const;
      return service.tell('delete', call, request, (said) => ({
        key,
        versionId,
        ...chargeOf(dialect, said),
        ...(headerOf(said, `${own}delete-marker`) === 'true'
          ? { deleteMarker: true, deleteMarkerVersionId: headerOf(said, `${own}version-id`) }
          : {}),
      }));
    },
  };
}

/** How a service deletes many. */
export interface BatchForm extends Pick<BatchFacet, 'keys' | 'silentFailures'> {
  /** The answer is asked to name failures alone. */
  readonly quiet?: boolean;
  /** The answer is asked for with its keys encoded. */
  readonly encodes?: boolean;
}

/** DeleteObjects. */
export function batchFacet(service: Service, form: BatchForm): BatchFacet {
  const { dialect } = service;
  const { quiet = false, encodes = false, ...facts } = form;
  const query = { delete: '', 'encoding-type': encodes ? 'url' : undefined };
  return {
    ...facts,
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html: 1000 keys, 2 MiB; so does OSS.
    maxKeys: 1000,
    maxBytes: 2 * 1024 * 1024,
    async delete(targets, call) {
      for (const { key } of targets) service.checkKey('deleteBatch', key);
      const headers = { ...XML, ...deleteHeaders(dialect, call.pass) };
      const { content, isPlain } = deleteDocument(targets, quiet, dialect.attributes);
      const request = { method: 'POST', query, headers, content, digested: true } as const;
      const read = (document: XmlElement, said: AnswerHeaders): BatchDeleteResult => {
        const encoding = { url: encodes && isUrlEncoded(document), plusIsSpace: dialect.plusIsSpace };
        const result = readDeleteResult(document, targets, encoding, dialect.keyFailure);
        return { ...(quiet ? settleQuietly(result, targets) : result), ...chargeOf(dialect, said) };
      };
      return service.ask('deleteBatch', call, request, 'DeleteResult', read, (answer, said) =>
        isPlain && namesJustThese(answer, targets)
          ? { deleted: targets, failed: [], ...chargeOf(dialect, said) }
          : undefined,
      );
    },
  };
}
