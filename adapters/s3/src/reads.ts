import { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import type { ReadFacet, ReadRequest } from '@store/core';
import { objectInfo, objectRead, undocumented } from '@store/kit';
import { responseOf } from './answer-check.js';
import type { Requests } from './requests.js';

export function readFacet(requests: Requests): ReadFacet {
  const input = ({ key, versionId, ifMatch, ifNoneMatch }: ReadRequest) => ({
    ...requests.at(key, versionId),
    IfMatch: ifMatch,
    IfNoneMatch: ifNoneMatch,
  });
  return {
    head(request, call) {
      const { key } = request;
      const command = new HeadObjectCommand(input(request));
      return requests.send('head', key, call, command, (answer) =>
        objectInfo(key, responseOf(answer).headers, 'x-amz-'),
      );
    },
    get(request, call) {
      const { key, range } = request;
      const Range = range && `bytes=${range.start}-${range.end ?? ''}`;
      const command = new GetObjectCommand({ ...input(request), Range });
      return requests.send('get', key, call, command, (answer) => {
        const { Body: body } = answer;
        if (!(body instanceof Readable)) throw undocumented('the answer has no body');
        const { statusCode: status, headers } = responseOf(answer);
        const failure = (error: unknown) => requests.failure(error, 'get', key);
        return objectRead(request, call, { status, headers, body }, 'x-amz-', failure);
      });
    },
  };
}
