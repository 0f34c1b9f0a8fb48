import { CopyObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { StoreError, type CopyRequest, type PutRequest, type WriteFacet } from '@store/core';
import { undocumented, type XmlElement } from '@store/kit';
import { documentOf } from './answer-check.js';
import { putAttributes, storageClassOf } from './attributes.js';
import type { Requests } from './requests.js';

export function writeFacet(requests: Requests): WriteFacet {
  const { conditionalPut } = requests.quirks;
  return {
    streaming: false,
    ifAbsent: conditionalPut,
    ifMatch: conditionalPut,
    storageClasses: true,
    async put(request, call) {
      const { key } = request;
      const body = inMemory(request.body);
      const command = new PutObjectCommand({
        ...requests.at(key),
        Body: body,
        ...putAttributes(request),
        ...writeConditions(request),
      });
      return requests.send(
        'put',
        key,
        call,
        command,
        ({ ETag, VersionId }) => ({ key, etag: ETag, versionId: VersionId }),
        body.length,
      );
    },
    copy(request, call) {
      const { from, to, storageClass } = request;
      const command = new CopyObjectCommand({
        ...requests.at(to),
        CopySource: copySource(requests, request),
        StorageClass: storageClassOf(storageClass),
      });
      return requests.send('copy', from, call, command, (answer) => ({
        key: to,
        etag: tagIn(documentOf(answer)),
        versionId: answer.VersionId,
      }));
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

/** The entity tag that a document names. */
export function tagIn(document: XmlElement): string {
  const etag = document.textOf('ETag');
  if (etag !== undefined) return etag;
  throw undocumented(`the answer, a ${document.name}, has no ETag`);
}

function inMemory(body: PutRequest['body']): Uint8Array {
  if (body instanceof Uint8Array) return body;
  throw new StoreError('InvalidArgument', 'a stream was given, and streamingPut is false');
}
