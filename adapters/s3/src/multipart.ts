import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { MultipartFacet } from '@store/core';
import { etagOf, ignoring, partsPage, quotedEtag, textIn, type XmlElement } from '@store/kit';
import { documentOf, responseOf } from './answer-check.js';
import { checkEncrypted, putAttributes } from './attributes.js';
import type { Requests } from './requests.js';
import { copySource, writeConditions } from './writes.js';

const MIB = 1024 * 1024;

export function multipartFacet(requests: Requests): MultipartFacet {
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
      const command = new CreateMultipartUploadCommand({ ...requests.at(key), ...putAttributes(request) });
      return requests.send('put', key, call, command, (answer) => {
        checkEncrypted(answer, request.encryption);
        return textIn(documentOf(answer), 'UploadId');
      });
    },
    part(request, call) {
      const { key, partNumber, body } = request;
      const command = new UploadPartCommand({ ...upload(request), PartNumber: partNumber, Body: body });
      const read = (answer: object) => etagOf(responseOf(answer).headers);
      return requests.send('put', key, call, command, read, body.length);
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
      const { key, parts } = request;
      const command = new CompleteMultipartUploadCommand({
        ...upload(request),
        MultipartUpload: {
          Parts: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag })),
        },
        ...writeConditions(request),
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
