import { StoreError, type DeletePrefixPage, type PrefixDeleteFacet } from '@store/driver';
import {
  beginningOf,
  chargeOf,
  isWebPage,
  listHeaders,
  ListingDocument,
  rootName,
  sizeFact,
  type HttpAnswer,
  type XmlElement,
} from '@store/kit';
import { readDocument } from './answer-check.js';
import { DIALECT } from './dialect.js';
import { keyFailure } from './errors.js';
import type { Requests } from './requests.js';

const ROOT = 'ListBucketResult';

/** What services answer that know no such call: the request has no body, so it is no DeleteObjects either. */
const UNKNOWN_CALL =
  /^(?:MalformedXML|MissingArgument|InvalidRequest|MissingRequestBodyError|NotImplemented|MethodNotAllowed|MissingContentMD5|InvalidArgument)$/;

/**
 * `POST /?delete&prefix=…` without a body (docs/prefix-delete-extension.md): the request and answer of ListObjectsV2
 * with another method.
 */
export function prefixDeleteFacet(requests: Requests): PrefixDeleteFacet {
  return {
    maxKeys: 1000,
    page({ prefix, token, maxKeys }, call) {
      const request = {
        method: 'POST',
        // The prefix stands there even when it is empty: without it nothing says that this is the extension.
        query: {
          delete: '',
          prefix,
          'continuation-token': token,
          'max-keys': maxKeys,
          'encoding-type': 'url',
        },
        headers: listHeaders(DIALECT, call.pass),
      } as const;
      let ofOther = false;
      const read = (answer: HttpAnswer): DeletePrefixPage => {
        ofOther = isOfOther(answer);
        const root = readDocument(answer, { statuses: [200], root: ROOT });
        return { ...readPage(root), ...chargeOf(DIALECT, answer.headers) };
      };
      return requests.pass('deletePrefix', call, request, read).catch((error: unknown) => {
        throw error instanceof StoreError && (ofOther || isUnknownCall(error)) ? unsupported(error) : error;
      });
    },
  };
}

/**
 * Whether a service took the request for something else, and answered that. A page in the place of an answer comes from something on
 * the way.
 */
function isOfOther({ status, data }: HttpAnswer): boolean {
  const root = rootName(data);
  const isOfThis = status === 200 && (root === ROOT || root === 'Error');
  const isOfService = root !== undefined || beginningOf(data) === '';
  return status < 300 && !isOfThis && isOfService && !isWebPage(data);
}

function isUnknownCall({ code, providerCode = '' }: StoreError): boolean {
  return code === 'Unsupported' || UNKNOWN_CALL.test(providerCode);
}

function unsupported(error: StoreError): StoreError {
  const { status, providerCode, reason } = error;
  return new StoreError(
    'Unsupported',
    `the service does not know the prefix-delete extension (${reason}); set quirks.serverPrefixDelete to false`,
    { provider: 's3', operation: 'deletePrefix', status, providerCode, cause: error },
  );
}

function readPage(root: XmlElement): DeletePrefixPage {
  const page = new ListingDocument(root, true);
  return {
    deleted: root.all('Contents').map((entry) => ({
      key: named(page, entry),
      size: sizeFact(entry.textOf('Size')),
      ...(entry.textOf('DeleteMarker') === 'true'
        ? { deleteMarker: true, deleteMarkerVersionId: entry.textOf('DeleteMarkerVersionId') }
        : {}),
    })),
    failed: root.all('Error').map((entry) => ({
      key: named(page, entry),
      reason: keyFailure(entry.textOf('Code'), entry.textOf('Message')),
    })),
    truncated: page.truncated,
    nextToken: page.word('NextContinuationToken'),
  };
}

/** What cannot be named cannot be counted, and no request of one key can see it through. */
function named(page: ListingDocument, entry: XmlElement): string {
  const { key, unnameable } = page.keyIn(entry, 'Key');
  if (unnameable) throw new StoreError('Corrupt', unnameable.reason.message);
  return key;
}
