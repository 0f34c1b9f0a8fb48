import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  ListPartsCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { MultipartFacet } from '@store/driver';
import { etagOf, ignoring, inMemory, partsPage, quotedEtag, textIn, type XmlElement } from '@store/kit';
import { documentOf } from './answer-check.js';
import { attributeHeaders, checkEncrypted } from './attributes.js';
import type { Requests } from './requests.js';
import { copySource } from './writes.js';

const MIB = 1024 * 1024;

export function multipartFacet(
  requests: Requests,
): MultipartFacet & { readonly keptPart: NonNullable<MultipartFacet['keptPart']> } {
  const { quirks } = requests;
  const upload = ({ key, uploadId }: { readonly key: string; readonly uploadId: string }) => ({
    ...requests.at(key),
    UploadId: uploadId,
  });
  return {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
    minPartBytes: 5 * MIB,
    maxPartBytes: 5 * 1024 * MIB,
    maxParts: 10_000,
    equalParts: quirks.equalParts,
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    maxCopyBytes: quirks.maxCopyBytes,
    async create(request, call) {
      const { key } = request;
      const algorithm = quirks.checksums === 'when-supported' ? 'CRC32' : undefined;
      const headers = { ...attributeHeaders(request), 'x-amz-checksum-algorithm': algorithm };
      const sent = { method: 'POST', key, query: { uploads: '' }, headers } as const;
      return requests.ask('put', call, sent, 'InitiateMultipartUploadResult', (document, said) => {
        checkEncrypted(said, request.encryption);
        return textIn(document, 'UploadId');
      });
    },
    part(request, call) {
      const { key, partNumber, uploadId, body } = request;
      const query = { partNumber, uploadId };
      return requests.upload(call, { method: 'PUT', key, query, content: inMemory(body) }, etagOf);
    },
    keptPart({ key, partNumber, uploadId, body: kept }, call) {
      const query = { partNumber, uploadId };
      return requests.uploadKept(call, { method: 'PUT', key, query, kept }, etagOf);
    },
    copyPart(request, call) {
      const { partNumber, from, range, ifMatch } = request;
      const command = new UploadPartCopyCommand({
        ...upload(request),
        PartNumber: partNumber,
        CopySource: copySource(requests, request),
        CopySourceRange: `bytes=${range.start}-${range.end}`,
        CopySourceIfMatch: ifMatch,
      });
      // The answer comes when the provider has copied.
      const bytes = range.end - range.start;
      const read = (answer: object) => textIn(documentOf(answer), 'ETag');
      return requests.send('copy', from, call, command, read, bytes);
    },
    parts(request, call) {
      const { token, maxParts } = request;
      const asked = { ...upload(request), PartNumberMarker: token, MaxParts: maxParts };
      const command = new ListPartsCommand(asked);
      return requests.send('put', request.key, call, command, (answer) => partsPage(documentOf(answer)));
    },
    complete(request, call) {
      const { key, parts, ifAbsent, ifMatch } = request;
      const command = new CompleteMultipartUploadCommand({
        ...upload(request),
        MultipartUpload: {
          Parts: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag })),
        },
        IfNoneMatch: ifAbsent ? '*' : undefined,
        IfMatch: ifMatch,
      });
      return requests.send('put', key, call, command, (answer) => ({
        key,
        etag: joinedEtag(documentOf(answer)),
        versionId: answer.VersionId,
      }));
    },
    async abort(request, call) {
      const command = new AbortMultipartUploadCommand(upload(request));
      const abort = () => requests.send('abortUpload', request.key, call, command, () => undefined);
      await ignoring('NoSuchUpload', abort);
    },
  };
}

/** Undefined where it is there and empty: Ceph 16.2 leaves it out of its first answer (measured). */
function joinedEtag(answer: XmlElement): string | undefined {
  const empty = answer.textOf('ETag') === undefined && answer.child('ETag')?.children.length === 0;
  return empty ? undefined : quotedEtag(textIn(answer, 'ETag'));
}
