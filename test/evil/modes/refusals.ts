import type { Kind } from '../ask.js';
import { KINDS } from '../ask.js';
import type { Mode } from '../mode.js';
import { wireOf, withHeader, type Wire } from '../wire.js';

const PAGE = '<!DOCTYPE html><html><head><title>hello</title></head><body>Sign in</body></html>';

/** What is sent in place of the answer, whatever was asked and whatever was done. */
function instead(
  name: string,
  wire: (wire: Wire, context: Parameters<NonNullable<Mode['write']>>[1]) => Wire,
  more: Partial<Mode> = {},
): Mode {
  return { name, on: KINDS, acts: 'maybe', write: wire, ...more };
}

const DELETES: readonly Kind[] = ['deleteOne', 'deleteBatch', 'deletePrefix'];

/** Statuses that mean no success, with what their bodies may be. */
const STATUSES = [400, 401, 403, 404, 405, 408, 409, 412, 425, 429, 500, 501, 502, 503, 504, 599] as const;

export const REFUSAL_MODES: readonly Mode[] = [
  instead('a page of a proxy with a 200', () => wireOf(200, 'text/html', PAGE)),
  instead('the envelope of another API with a 200', () =>
    wireOf(200, 'application/json', '{"statusCode":900,"message":"in progress"}'),
  ),
  instead('an error document with a 200', (_, { random }) =>
    wireOf(
      200,
      'application/xml',
      `<Error><Code>${random.pick(['AccessDenied', 'InternalError', 'SlowDown', 'NoSuchKey', ''])}</Code></Error>${random.pick(['', '\n', '\n\n  '])}`,
    ),
  ),
  instead('nothing with a 200', () => wireOf(200, 'application/xml', ''), {
    // An empty 200 is what some services of S3 answer to a DELETE.
    on: ['list', 'versions', 'deleteBatch', 'deletePrefix'],
  }),
  instead('nothing with a 200 to a delete', () => wireOf(200, 'application/xml', ''), {
    on: ['deleteOne'],
    dialects: ['oss', 'zos'],
  }),
  instead('an accepted request', (_, { random }) => wireOf(202, 'text/html', random.pick(['', PAGE]))),
  instead('another success', (_, { random }) =>
    wireOf(random.pick([201, 203, 205, 206, 207, 226, 299]), 'application/xml', random.pick(['', PAGE])),
  ),
  instead('a 204 to what has a document', () => wireOf(204, 'application/xml', ''), {
    on: ['list', 'versions', 'deleteBatch', 'deletePrefix'],
  }),
  instead(
    'a text in place of nothing',
    (_, { random }) => wireOf(200, 'text/plain', random.pick(['OK', 'null', '[]', '{}', '""', 'true', '0'])),
    {
      on: KINDS,
    },
  ),
  instead('the answer to another request', (_, { ask }) => {
    const root =
      ask.kind === 'list' ? 'DeleteResult' : ask.kind === 'deleteOne' ? 'DeleteResult' : 'LocationConstraint';
    return wireOf(200, 'application/xml', `<${root}></${root}>`);
  }),
  instead('a refusal', (_, { dialect, random }) => {
    const status = random.pick(STATUSES);
    const code = random.pick(['AccessDenied', 'InternalError', 'SlowDown', 'NoSuchBucket', 'Strange']);
    return random.pick([
      dialect.refusal(status, code),
      wireOf(status, 'text/html', PAGE),
      wireOf(status, 'application/xml', ''),
      wireOf(status, 'application/json', '{"Code":5,"message":null}'),
      wireOf(status, 'application/xml', '<Error><Code>'),
    ]);
  }),
  {
    name: 'the right answer with a wrong status',
    on: KINDS,
    pretends: true,
    write: (wire, { random }) => ({
      ...wire,
      status: random.pick([201, 202, 203, 205, 206, 207, 226, 302, 400, 403, 404, 429, 500, 503]),
    }),
  },
  {
    name: 'a request that was carried out, with an error',
    on: DELETES,
    write: (_, { dialect, random }) => dialect.refusal(random.pick([400, 403, 500, 503]), 'InternalError'),
  },
  instead(
    'a busy service that says when to come again',
    (_, { dialect, random }) =>
      withHeader(
        dialect.refusal(503, 'SlowDown'),
        'retry-after',
        random.pick(['0', '0.02', '-5', 'soon', '', 'Wed, 21 Oct 2015 07:28:00 GMT', '1, 2']),
      ),
    { passes: 'in attempts' },
  ),
  {
    name: 'a service that is down for the first moments',
    on: KINDS,
    write: (wire, { dialect, ageMs }) => (ageMs < 60 ? dialect.refusal(503, 'ServiceUnavailable') : wire),
    passes: 'in time',
  },
  instead('a redirect', (_, { random, elsewhere }) => {
    const status = random.pick([300, 301, 302, 303, 304, 307, 308]);
    const wire = wireOf(status, 'application/xml', '');
    return random.chance(0.8) ? withHeader(wire, 'location', `${elsewhere}/demo/`) : wire;
  }),
];
