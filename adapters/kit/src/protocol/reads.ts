import type { ReadFacet, ReadRequest } from '@store/driver';
import { objectRead } from '../object-body.js';
import { etagOf, objectInfo } from '../object-info.js';
import type { Service } from './service.js';

/** HeadObject and GetObject. */
export function readFacet(service: Service): ReadFacet {
  const { own } = service.dialect;
  return {
    head(request, call) {
      const sent = { method: 'HEAD', ...readParameters(request) } as const;
      const read = (headers: Parameters<typeof etagOf>[0]) => {
        etagOf(headers);
        return objectInfo(request.key, headers, own);
      };
      return service.tell('head', call, sent, read, [200]);
    },
    get(request, call) {
      const { key, range, wholeBytes } = request;
      const { headers, ...asked } = readParameters(request);
      const part = range && `bytes=${range.start}-${range.end ?? ''}`;
      const sent = { method: 'GET', ...asked, headers: { ...headers, range: part } } as const;
      const failure = (error: unknown) => service.failure(error, 'get', key);
      return service.download(
        call,
        sent,
        wholeBytes,
        ({ status, headers: said, res: body, whole }, checksum) =>
          objectRead(request, call, { status, headers: said, body, whole, checksum }, own, failure),
      );
    },
  };
}

function readParameters({ key, versionId, ifMatch, ifNoneMatch }: ReadRequest) {
  return { key, query: { versionId }, headers: { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } };
}
