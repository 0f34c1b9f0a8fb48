import type { MultipartFacet } from '@store/driver';
import { headerOf, ignoring, inMemory, partsPage, textIn, xmlDocument } from '@store/kit';
import { attributeHeaders } from './attributes.js';
import { given, GONE, XML, type Requests } from './requests.js';
import { copySource, forbidOverwrite } from './writes.js';
import { writtenEtag } from './written-etag.js';
import { parseAnswer } from './xml.js';

const MIB = 1024 * 1024;

export function multipartFacet(requests: Requests): MultipartFacet {
  return {
    minPartBytes: 100 * 1024,
    maxPartBytes: 5 * 1024 * MIB,
    maxParts: 10_000,
    // https://www.alibabacloud.com/help/en/oss/developer-reference/copyobject: larger ones by UploadPartCopy.
    maxCopyBytes: 1000 ** 3,
    async create(request, call) {
      const sent = { method: 'POST', subres: { uploads: '' }, headers: attributeHeaders(request) } as const;
      return requests.send('put', request.key, call, sent, ({ data }) =>
        textIn(parseAnswer(data, 'InitiateMultipartUploadResult'), 'UploadId'),
      );
    },
    part({ key, uploadId, partNumber, body }, call) {
      const subres = { uploadId, partNumber: String(partNumber) };
      const sent = { method: 'PUT', subres, content: inMemory(body), emptyAnswer: true } as const;
      return requests.send('put', key, call, sent, ({ headers }, contentMd5) =>
        writtenEtag(headers, contentMd5),
      );
    },
    keptPart({ key, uploadId, partNumber, body: kept }, call) {
      const subres = { uploadId, partNumber: String(partNumber) };
      const sent = { method: 'PUT', subres, kept, emptyAnswer: true } as const;
      return requests.send('put', key, call, sent, ({ headers }, contentMd5) =>
        writtenEtag(headers, contentMd5),
      );
    },
    async copyPart(request, call) {
      const { key, uploadId, partNumber, from, range, ifMatch } = request;
      const sent = {
        method: 'PUT',
        subres: { uploadId, partNumber: String(partNumber) },
        headers: {
          ...copySource(requests, request),
          'x-oss-copy-source-range': `bytes=${range.start}-${range.end}`,
          ...given({ 'x-oss-copy-source-if-match': ifMatch }),
        },
        about: from,
        bytes: range.end - range.start,
      } as const;
      return requests.send('copy', key, call, sent, ({ data }) =>
        textIn(parseAnswer(data, 'CopyPartResult'), 'ETag'),
      );
    },
    parts({ key, uploadId, token, maxParts }, call) {
      const query = { 'max-parts': String(maxParts), ...given({ 'part-number-marker': token }) };
      const sent = { method: 'GET', subres: { uploadId }, query } as const;
      return requests.send('put', key, call, sent, ({ data }) =>
        partsPage(parseAnswer(data, 'ListPartsResult')),
      );
    },
    complete(request, call) {
      const { key, uploadId, parts } = request;
      const listed = parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag }));
      const sent = {
        method: 'POST',
        subres: { uploadId },
        headers: { ...XML, ...forbidOverwrite(request) },
        content: xmlDocument('CompleteMultipartUpload', { Part: listed }),
      } as const;
      return requests.send('put', key, call, sent, (answer) => ({
        key,
        etag: textIn(parseAnswer(answer.data, 'CompleteMultipartUploadResult'), 'ETag'),
        versionId: headerOf(answer.headers, 'x-oss-version-id'),
      }));
    },
    async abort({ key, uploadId }, call) {
      const sent = { method: 'DELETE', subres: { uploadId }, ...GONE } as const;
      await ignoring('NoSuchUpload', () => requests.send('abortUpload', key, call, sent, () => undefined));
    },
  };
}
