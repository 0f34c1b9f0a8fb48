import type { CopyRequest, WriteFacet } from '@store/driver';
import { headerOf, inMemory, textIn } from '@store/kit';
import { attributeHeaders, encryptionHeaders } from './attributes.js';
import { checkKey, given, type Requests } from './requests.js';
import { writtenEtag } from './written-etag.js';
import { parseAnswer } from './xml.js';

export function writeFacet(requests: Requests): WriteFacet {
  return {
    streaming: false,
    ifAbsent: true,
    ifMatch: false,
    storageClasses: true,
    encryption: true,
    async put(request, call) {
      const { key } = request;
      const sent = {
        method: 'PUT',
        headers: { ...attributeHeaders(request), ...forbidOverwrite(request) },
        content: inMemory(request.body),
        emptyAnswer: true,
      } as const;
      return requests.send('put', key, call, sent, ({ headers }, contentMd5) => ({
        key,
        etag: writtenEtag(headers, contentMd5),
        versionId: headerOf(headers, 'x-oss-version-id'),
      }));
    },
    async copy(request, call) {
      const { from, to, storageClass, encryption } = request;
      const headers = {
        ...copySource(requests, request),
        ...given({ 'x-oss-storage-class': storageClass, ...encryptionHeaders(encryption) }),
      };
      const sent = { method: 'PUT', headers, about: from } as const;
      return requests.send('copy', to, call, sent, (answer) => ({
        key: to,
        etag: textIn(parseAnswer(answer.data, 'CopyObjectResult'), 'ETag'),
        versionId: headerOf(answer.headers, 'x-oss-version-id'),
      }));
    },
  };
}

export function forbidOverwrite({ ifAbsent }: { readonly ifAbsent?: boolean | undefined }) {
  return given({ 'x-oss-forbid-overwrite': ifAbsent ? 'true' : undefined });
}

export function copySource(
  { bucket }: Requests,
  { from, fromVersionId }: Pick<CopyRequest, 'from' | 'fromVersionId'>,
): Record<string, string> {
  checkKey('copy', from);
  const version = fromVersionId === undefined ? '' : `?versionId=${encodeURIComponent(fromVersionId)}`;
  return { 'x-oss-copy-source': `/${bucket}/${encodeURIComponent(from)}${version}` };
}
