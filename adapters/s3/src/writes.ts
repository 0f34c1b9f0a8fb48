import type { CopyRequest, PutRequest, WriteFacet } from '@store/driver';
import { etagOf, headerOf, inMemory, quotedEtag, textIn } from '@store/kit';
import { attributeHeaders, checkEncrypted, encryptionHeaders } from './attributes.js';
import type { Requests } from './requests.js';

export function writeFacet(requests: Requests): WriteFacet {
  const { conditionalPut } = requests.quirks;
  return {
    streaming: false,
    ifAbsent: conditionalPut,
    ifMatch: conditionalPut,
    storageClasses: true,
    encryption: requests.quirks.encryption,
    async put(request, call) {
      const { key } = request;
      const headers = { ...attributeHeaders(request), ...conditionHeaders(request) };
      const sent = { method: 'PUT', key, query: {}, headers, content: inMemory(request.body) } as const;
      return requests.upload(call, sent, (said) => {
        checkEncrypted(said, request.encryption);
        return { key, etag: etagOf(said), versionId: headerOf(said, 'x-amz-version-id') };
      });
    },
    copy(request, call) {
      const { from, to, storageClass, encryption } = request;
      const headers = {
        'x-amz-copy-source': copySource(requests, request),
        'x-amz-storage-class': storageClass,
        ...encryptionHeaders(encryption),
      };
      const sent = { method: 'PUT', key: to, about: from, query: {}, headers } as const;
      return requests.ask('copy', call, sent, 'CopyObjectResult', (document, said) => {
        checkEncrypted(said, encryption);
        const etag = quotedEtag(textIn(document, 'ETag'));
        return { key: to, etag, versionId: headerOf(said, 'x-amz-version-id') };
      });
    },
  };
}

/** Of a write, as headers. */
function conditionHeaders({ ifAbsent, ifMatch }: Pick<PutRequest, 'ifAbsent' | 'ifMatch'>) {
  return { 'if-none-match': ifAbsent ? '*' : undefined, 'if-match': ifMatch };
}

export function copySource(
  { bucket }: Requests,
  { from, fromVersionId }: Pick<CopyRequest, 'from' | 'fromVersionId'>,
): string {
  const source = encodeURIComponent(`${bucket}/${from}`).replaceAll('%2F', '/');
  return fromVersionId === undefined ? source : `${source}?versionId=${encodeURIComponent(fromVersionId)}`;
}
