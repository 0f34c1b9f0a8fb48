import { addAbortSignal } from 'node:stream';
import type { ReadFacet, ReadRequest } from '@store/core';
import { checkContentRange, etagOf, headerOf, objectBody, objectInfo } from '@store/kit';
import { given, type Requests } from './requests.js';

export function readFacet(requests: Requests): ReadFacet {
  return {
    head(request, call) {
      const { key } = request;
      const sent = { method: 'HEAD', ...readParameters(request) } as const;
      return requests.send('head', key, call, sent, ({ headers }) => {
        etagOf(headers);
        return objectInfo(key, headers, 'x-oss-');
      });
    },
    get(request, call) {
      const { key, range } = request;
      const parameters = readParameters(request);
      const headers = {
        ...parameters.headers,
        // Without it OSS answers a range that cannot be satisfied with the whole object.
        ...(range
          ? { Range: `bytes=${range.start}-${range.end ?? ''}`, 'x-oss-range-behavior': 'standard' }
          : {}),
      };
      const successStatuses = [range ? 206 : 200];
      const sent = { method: 'GET', ...parameters, headers, successStatuses, stream: true } as const;
      return requests.send('get', key, call, sent, ({ headers: found, res, status }) => {
        etagOf(found);
        const bytes = checkContentRange(range, { status, header: headerOf(found, 'content-range') });
        const body = objectBody(res, (error) => requests.failure(error, 'get', key), bytes);
        return {
          info: objectInfo(key, found, 'x-oss-'),
          body: call.signal ? addAbortSignal(call.signal, body) : body,
        };
      });
    },
  };
}

function readParameters({ versionId, ifMatch, ifNoneMatch }: ReadRequest) {
  return {
    subres: given({ versionId }),
    headers: given({ 'If-Match': ifMatch, 'If-None-Match': ifNoneMatch }),
  };
}
