import type { ReadFacet, ReadRequest } from '@store/driver';
import {
  headerOf,
  objectInfo,
  objectRead,
  runningChecksum,
  type AnswerHeaders,
  type ObjectAnswer,
} from '@store/kit';
import { checkObject, readDocument } from './answer-check.js';
import { WRITTEN } from './answers.js';
import type { Requests } from './requests.js';

export function readFacet(requests: Requests): ReadFacet {
  const checked = requests.quirks.checksums === 'when-supported';
  return {
    head(request, call) {
      const { key } = request;
      return requests.pass('head', call, { method: 'HEAD', ...readParameters(request) }, (answer) => {
        readDocument(answer, WRITTEN);
        return objectInfo(key, answer.headers, 'x-amz-');
      });
    },
    get(request, call) {
      const { key, range, wholeBytes } = request;
      const { headers, ...asked } = readParameters(request);
      const more = {
        range: range && `bytes=${range.start}-${range.end ?? ''}`,
        'x-amz-checksum-mode': checked ? 'ENABLED' : undefined,
      };
      const sent = { method: 'GET', ...asked, headers: { ...headers, ...more } } as const;
      const failure = (error: unknown) => requests.failure(error, 'get', key);
      return requests.pass(
        'get',
        call,
        sent,
        async (answer) => {
          await checkObject(answer);
          const { status, headers: said, res: body, whole } = answer;
          const object = {
            status,
            headers: said,
            body,
            whole,
            checksum: checked ? checksumOf(said) : undefined,
          };
          return objectRead(request, call, object, 'x-amz-', failure);
        },
        { stream: true, wholeBytes },
      );
    },
  };
}

function readParameters({ key, versionId, ifMatch, ifNoneMatch }: ReadRequest) {
  return { key, query: { versionId }, headers: { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } };
}

/** In the order in which the SDK prefers them. */
const ALGORITHMS = ['SHA256', 'SHA1', 'CRC32', 'CRC32C', 'CRC64NVME'] as const;

/** What an answer says that its body comes to. That of an object in parts, with their number at its end, is none of its bytes. */
function checksumOf(headers: AnswerHeaders): ObjectAnswer['checksum'] {
  for (const algorithm of ALGORITHMS) {
    const expected = headerOf(headers, `x-amz-checksum-${algorithm.toLowerCase()}`);
    if (expected !== undefined && !/-\d+$/.test(expected))
      return { running: runningChecksum(algorithm), expected };
  }
  return undefined;
}
