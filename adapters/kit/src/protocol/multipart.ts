import type { MultipartFacet } from '@store/driver';
import { ignoring } from '../ignoring.js';
import { inMemory } from '../in-memory.js';
import { partsPage } from '../listing-pages.js';
import { etagOf, headerOf, quotedEtag } from '../object-info.js';
import { textIn } from '../text-in.js';
import { xmlDocument } from '../xml-writing.js';
import type { XmlElement } from '../xml.js';
import { XML, type Service } from './service.js';
import { attributeHeaders, copySource } from './writes.js';

/** What a service documents of uploads in parts. */
export interface MultipartForm extends Pick<
  MultipartFacet,
  'minPartBytes' | 'maxPartBytes' | 'maxParts' | 'equalParts' | 'maxCopyBytes'
> {
  /** Of the beginning of an upload. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Uploads in parts. */
export function multipartFacet(
  service: Service,
  { headers: own, ...limits }: MultipartForm,
): MultipartFacet & { readonly keptPart: NonNullable<MultipartFacet['keptPart']> } {
  const { dialect } = service;
  return {
    ...limits,
    async create(request, call) {
      const headers = { ...attributeHeaders(dialect, request), ...own };
      const sent = { method: 'POST', key: request.key, query: { uploads: '' }, headers } as const;
      return service.ask('put', call, sent, 'InitiateMultipartUploadResult', (document) =>
        textIn(document, 'UploadId'),
      );
    },
    part({ key, partNumber, uploadId, body }, call) {
      const query = { partNumber, uploadId };
      return service.upload(call, { method: 'PUT', key, query, content: inMemory(body) }, etagOf);
    },
    keptPart({ key, partNumber, uploadId, body: kept }, call) {
      const query = { partNumber, uploadId };
      return service.upload(call, { method: 'PUT', key, query, kept }, etagOf);
    },
    async copyPart(request, call) {
      const { key, uploadId, partNumber, from, range, ifMatch } = request;
      const source = `${dialect.own}copy-source`;
      const headers = {
        [source]: copySource(service, request),
        [`${source}-range`]: `bytes=${range.start}-${range.end}`,
        [`${source}-if-match`]: ifMatch,
      };
      const sent = {
        method: 'PUT',
        key,
        about: from,
        query: { partNumber, uploadId },
        headers,
        moves: range.end - range.start,
      } as const;
      return service.ask('copy', call, sent, 'CopyPartResult', (document) => textIn(document, 'ETag'));
    },
    parts({ key, uploadId, token, maxParts }, call) {
      const query = { uploadId, 'part-number-marker': token, 'max-parts': maxParts };
      return service.ask('put', call, { method: 'GET', key, query }, 'ListPartsResult', partsPage);
    },
    async complete(request, call) {
      const { key, uploadId, parts } = request;
      const Part = parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag }));
      const content = xmlDocument('CompleteMultipartUpload', { Part }, dialect.attributes);
      const headers = { ...XML, ...dialect.conditions(request) };
      const sent = { method: 'POST', key, query: { uploadId }, headers, content } as const;
      return service.ask('put', call, sent, 'CompleteMultipartUploadResult', (document, said) => ({
        key,
        etag: joinedEtag(document),
        versionId: headerOf(said, `${dialect.own}version-id`),
      }));
    },
    async abort({ key, uploadId }, call) {
      const sent = { method: 'DELETE', key, query: { uploadId } } as const;
      await ignoring('NoSuchUpload', () => service.tell('abortUpload', call, sent, () => undefined));
    },
  };
}

/** Undefined where it is there and empty: Ceph 16.2 leaves it out of its first answer (measured). */
function joinedEtag(answer: XmlElement): string | undefined {
  const empty = answer.textOf('ETag') === undefined && answer.child('ETag')?.children.length === 0;
  return empty ? undefined : quotedEtag(textIn(answer, 'ETag'));
}
