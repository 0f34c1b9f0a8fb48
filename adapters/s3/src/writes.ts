import { CopyObjectCommand, PutObjectCommand, type PutObjectCommandOutput } from '@aws-sdk/client-s3';
import type { CopyRequest, PutRequest, WriteFacet } from '@store/core';
import { inMemory, quotedEtag, textIn } from '@store/kit';
import { documentOf } from './answer-check.js';
import { checkEncrypted, encryptionInput, putAttributes, storageClassOf } from './attributes.js';
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
      const body = inMemory(request.body);
      const command = new PutObjectCommand({
        ...requests.at(key),
        Body: body,
        ...putAttributes(request),
        ...writeConditions(request),
      });
      const read = (answer: PutObjectCommandOutput) => {
        checkEncrypted(answer, request.encryption);
        return { key, etag: answer.ETag, versionId: answer.VersionId };
      };
      return requests.send('put', key, call, command, read, body.length);
    },
    copy(request, call) {
      const { from, to, storageClass, encryption } = request;
      const command = new CopyObjectCommand({
        ...requests.at(to),
        CopySource: copySource(requests, request),
        StorageClass: storageClassOf(storageClass),
        ...encryptionInput(encryption),
      });
      return requests.send('copy', from, call, command, (answer) => {
        checkEncrypted(answer, encryption);
        return { key: to, etag: quotedEtag(textIn(documentOf(answer), 'ETag')), versionId: answer.VersionId };
      });
    },
  };
}

export function copySource(
  { bucket }: Requests,
  { from, fromVersionId }: Pick<CopyRequest, 'from' | 'fromVersionId'>,
): string {
  const source = encodeURIComponent(`${bucket}/${from}`).replaceAll('%2F', '/');
  return fromVersionId === undefined ? source : `${source}?versionId=${encodeURIComponent(fromVersionId)}`;
}

export function writeConditions({ ifAbsent, ifMatch }: Pick<PutRequest, 'ifAbsent' | 'ifMatch'>) {
  return { IfNoneMatch: ifAbsent ? '*' : undefined, IfMatch: ifMatch };
}
