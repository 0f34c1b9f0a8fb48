import type { ReadFacet, ReadRequest } from '@store/driver';
import { etagOf, objectInfo, objectRead } from '@store/kit';
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
      const { key, range, wholeBytes } = request;
      const { subres, headers: conditions } = readParameters(request);
      const Range = range && `bytes=${range.start}-${range.end ?? ''}`;
      // Without the behaviour OSS answers a range that cannot be satisfied with the whole object.
      const headers = { ...conditions, ...(Range && { Range, 'x-oss-range-behavior': 'standard' }) };
      const successStatuses = [range ? 206 : 200];
      const sent = { method: 'GET', subres, headers, successStatuses, stream: true, wholeBytes } as const;
      return requests.send('get', key, call, sent, ({ status, headers: found, res: body, whole }) => {
        etagOf(found);
        const failure = (error: unknown) => requests.failure(error, 'get', key);
        return objectRead(request, call, { status, headers: found, body, whole }, 'x-oss-', failure);
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
