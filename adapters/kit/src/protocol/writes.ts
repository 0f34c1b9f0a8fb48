import type { CopyRequest, WriteAttributes, WriteFacet } from '@store/driver';
import { inMemory } from '../in-memory.js';
import { encodeMetadata } from '../metadata-headers.js';
import { etagOf, headerOf, quotedEtag, tagHeader } from '../object-info.js';
import { textIn } from '../text-in.js';
import { encryptionHeaders, type Dialect, type Service } from './service.js';

/** PutObject and CopyObject. */
export function writeFacet(
  service: Service,
  limits: Pick<WriteFacet, 'ifAbsent' | 'ifMatch' | 'encryption'>,
): WriteFacet {
  const { dialect } = service;
  const version = `${dialect.own}version-id`;
  return {
    ...limits,
    streaming: false,
    storageClasses: true,
    async put(request, call) {
      const { key } = request;
      const headers = { ...attributeHeaders(dialect, request), ...dialect.conditions(request) };
      const sent = { method: 'PUT', key, query: {}, headers, content: inMemory(request.body) } as const;
      return service.upload(call, sent, (said) => {
        return { key, etag: etagOf(said), versionId: headerOf(said, version) };
      });
    },
    async copy(request, call) {
      const { from, to, storageClass, encryption } = request;
      const headers = {
        [`${dialect.own}copy-source`]: copySource(service, request),
        [`${dialect.own}storage-class`]: storageClass,
        ...encryptionHeaders(dialect, encryption),
      };
      const sent = { method: 'PUT', key: to, about: from, query: {}, headers } as const;
      return service.ask('copy', call, sent, 'CopyObjectResult', (document, said) => {
        const etag = quotedEtag(textIn(document, 'ETag'));
        return { key: to, etag, versionId: headerOf(said, version) };
      });
    },
  };
}

/** What a write attaches to its object, as headers. */
export function attributeHeaders(dialect: Dialect, attributes: WriteAttributes) {
  const { own } = dialect;
  const { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage } = attributes;
  const { expires, metadata = {}, storageClass, encryption, tags } = attributes;
  const texts = Object.entries(encodeMetadata(metadata));
  return {
    // Without one S3 would say binary/octet-stream, and the SDK of OSS would guess from the key.
    'content-type': contentType ?? 'application/octet-stream',
    'cache-control': cacheControl,
    'content-disposition': contentDisposition,
    'content-encoding': contentEncoding,
    'content-language': contentLanguage,
    expires: expires?.toUTCString(),
    ...Object.fromEntries(texts.map(([name, text]) => [`${own}meta-${name.toLowerCase()}`, text])),
    [`${own}storage-class`]: storageClass,
    ...encryptionHeaders(dialect, encryption),
    [`${own}tagging`]: tags && (tagHeader(tags) || undefined),
  };
}

/** What is copied, as the header `copy-source` names it. */
export function copySource(
  service: Service,
  { from, fromVersionId }: Pick<CopyRequest, 'from' | 'fromVersionId'>,
): string {
  service.checkKey('copy', from);
  const source = service.dialect.copySource(service.bucket, from);
  return fromVersionId === undefined ? source : `${source}?versionId=${encodeURIComponent(fromVersionId)}`;
}
