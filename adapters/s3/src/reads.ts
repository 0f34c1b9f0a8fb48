import { addAbortSignal, Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import type { ReadFacet, ReadRequest } from '@store/core';
import { checkContentRange, objectBody, objectInfo, undocumented } from '@store/kit';
import { headersOf } from './answer-check.js';
import type { Requests } from './requests.js';

export function readFacet(requests: Requests): ReadFacet {
  const input = ({ key, versionId, ifMatch, ifNoneMatch }: ReadRequest) => ({
    Bucket: requests.bucket,
    Key: key,
    VersionId: versionId,
    IfMatch: ifMatch,
    IfNoneMatch: ifNoneMatch,
  });
  return {
    head(request, call) {
      const { key } = request;
      const command = new HeadObjectCommand(input(request));
      return requests.send('head', key, call, command, (answer) =>
        objectInfo(key, headersOf(answer), 'x-amz-'),
      );
    },
    get(request, call) {
      const { key, range } = request;
      const Range = range && `bytes=${range.start}-${range.end ?? ''}`;
      const command = new GetObjectCommand({ ...input(request), Range });
      return requests.send('get', key, call, command, (answer) => {
        const { Body } = answer;
        if (!(Body instanceof Readable)) throw undocumented('the answer has no body');
        let bytes: number | undefined;
        try {
          const { httpStatusCode: status } = answer.$metadata;
          bytes = checkContentRange(range, { status, header: answer.ContentRange });
        } catch (error) {
          Body.destroy();
          throw error;
        }
        // The deadline ends with the head; from here on the caller's signal closes the socket.
        const body = objectBody(Body, (error) => requests.failure(error, 'get', key), bytes);
        return {
          info: objectInfo(key, headersOf(answer), 'x-amz-'),
          body: call.signal ? addAbortSignal(call.signal, body) : body,
        };
      });
    },
  };
}
