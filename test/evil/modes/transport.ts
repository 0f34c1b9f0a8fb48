import type { ServerResponse } from 'node:http';
import { KINDS, type Ask } from '../ask.js';
import type { Mode, Sending } from '../mode.js';
import { send } from '../evil-server.js';
import type { Wire } from '../wire.js';

/** More than any client should take of an answer, in bytes. */
const FLOOD = 96 * 1024 * 1024;

/** Gives an answer in a way of its own. */
function sent(name: string, how: (sending: Sending) => void, more: Partial<Mode> = {}): Mode {
  return { name, on: KINDS, acts: 'maybe', send: how, ...more };
}

/** The answer as it goes over the line, by an old rule of its own. */
function raw({ status, headers, body }: Wire, version = 'HTTP/1.1', more: readonly string[] = []): Buffer {
  const head = [
    `${version} ${status} Answer`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...more,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

/** Past Node's own writer. */
function sendRaw(
  { response }: Sending,
  bytes: Buffer | string,
  then: 'end' | 'destroy' | 'leave' = 'end',
): void {
  const { socket } = response;
  if (!socket || socket.destroyed) return;
  socket.write(bytes);
  if (then === 'end') socket.end();
  if (then === 'destroy') setImmediate(() => socket.destroy());
}

/** Writes the same piece until there is enough of it, or nobody takes it. */
function flood(response: ServerResponse, piece: string, { status = 200, first = '' } = {}): void {
  const chunk = Buffer.alloc(256 * 1024, piece);
  let left = FLOOD;
  const more = (): void => {
    while (left > 0) {
      if (response.destroyed) return;
      left -= chunk.length;
      if (!response.write(chunk)) return void response.once('drain', more);
    }
    response.end();
  };
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.write(first || piece);
  more();
}

function beginning(ask: Ask, language: 'xml' | 'json'): string {
  if (language === 'json') return '{"statusCode":800,"message":"SUCCESS","returnObj":{"contents":[{"key":"d/';
  const roots = {
    list: 'ListBucketResult',
    versions: 'ListVersionsResult',
    deleteBatch: 'DeleteResult',
    deletePrefix: 'ListBucketResult',
    deleteOne: 'Error',
    unknown: 'Error',
  };
  const root = roots[ask.kind];
  return `<?xml version="1.0"?><${root}><Contents><Key>d/`;
}

export const TRANSPORT_MODES: readonly Mode[] = [
  sent('a connection that is reset', ({ response }) => response.socket?.resetAndDestroy(), {
    passes: 'in attempts',
  }),
  sent('a connection that is closed without an answer', ({ response }) => response.destroy(), {
    passes: 'in attempts',
  }),
  sent(
    'a body that is cut off',
    (sending) => {
      const { wire, random } = sending;
      const length = `content-length: ${wire.body.length + 1000}`;
      const cut = {
        ...wire,
        status: wire.status === 204 ? 200 : wire.status,
        body: wire.body.subarray(0, random.int(wire.body.length + 1)),
      };
      sendRaw(sending, raw(cut, 'HTTP/1.1', [length]), random.pick(['end', 'destroy']));
    },
    { pretends: true },
  ),
  sent(
    'a chunk that is cut off',
    (sending) => {
      const { wire } = sending;
      const head = raw({ ...wire, status: 200, body: Buffer.alloc(0) }, 'HTTP/1.1', [
        'transfer-encoding: chunked',
      ]);
      sendRaw(sending, Buffer.concat([head, Buffer.from('ffff\r\n'), wire.body]));
    },
    { pretends: true },
  ),
  sent(
    'chunks without an end',
    ({ response, wire }) => {
      response.writeHead(wire.status === 204 ? 200 : wire.status, wire.headers.flat());
      response.write(wire.body.length > 0 ? wire.body : ' ');
    },
    { stalls: true },
  ),
  sent('no answer at all', () => undefined, { stalls: true }),
  sent('half a head', (sending) => sendRaw(sending, 'HTTP/1.1 200 OK\r\nContent-', 'leave'), {
    stalls: true,
  }),
  sent(
    'an answer byte by byte',
    ({ response, wire }) => {
      response.writeHead(wire.status === 204 ? 200 : wire.status, wire.headers.flat());
      const timer = setInterval(() => void response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    },
    { stalls: true },
  ),
  sent('an endless body of blanks', ({ response }) => flood(response, ' '), { heavy: true }),
  sent('an endless body of lines', ({ response }) => flood(response, '\n'), { heavy: true }),
  sent(
    'an endless refusal',
    ({ response, random }) => flood(response, 'x', { status: random.pick([400, 403, 500, 503]) }),
    { heavy: true },
  ),
  sent(
    'an endless success',
    ({ response, random }) => flood(response, '<a/>', { status: random.pick([200, 201, 202, 206]) }),
    { heavy: true },
  ),
  sent(
    'a key without end',
    ({ response, ask, dialect }) => {
      flood(response, 'a', { first: beginning(ask, dialect.language) });
    },
    { heavy: true },
  ),
  sent('what is no HTTP', (sending) => {
    const { random } = sending;
    sendRaw(
      sending,
      random.pick([
        'hello\r\n\r\n',
        '220 smtp ready\r\n',
        '\x15\x03\x01\x00\x02\x02\x46',
        '',
        'HTTP/9.9 200 OK\r\n\r\n',
        'HTTP/1.1 9999 OK\r\n\r\n',
        'HTTP/1.1 200 OK\r\n: x\r\n\r\n',
        'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n',
        'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
      ]),
    );
  }),
  sent('a head without end', (sending) => {
    sendRaw(sending, `HTTP/1.1 200 OK\r\n${'x-header: value\r\n'.repeat(20_000)}`, 'end');
  }),
  { name: 'HTTP/1.0', on: KINDS, send: (sending) => sendRaw(sending, raw(sending.wire, 'HTTP/1.0')) },
  sent('HTTP/1.0 that is cut off', (sending) => {
    const { wire, random } = sending;
    const { body } = wire;
    sendRaw(
      sending,
      raw({ ...wire, body: body.subarray(0, random.int(Math.max(1, body.length))) }, 'HTTP/1.0'),
    );
  }),
  {
    name: 'answers that go before',
    on: KINDS,
    send: (sending) => {
      const { wire, response } = sending;
      response.writeContinue();
      response.writeProcessing();
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeContinue();
      send(response, wire);
    },
  },
  sent(
    'answers that go before, for ever',
    (sending) => {
      const { response } = sending;
      const timer = setInterval(() => response.writeContinue(), 10);
      response.on('close', () => clearInterval(timer));
    },
    { stalls: true },
  ),
  sent(
    'an answer that changes its protocol',
    (sending) =>
      sendRaw(
        sending,
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
        'leave',
      ),
    { stalls: true },
  ),
  {
    name: 'two answers to a request',
    on: KINDS,
    send: (sending) => {
      const { wire } = sending;
      const one = raw(wire, 'HTTP/1.1', wire.status === 204 ? [] : [`content-length: ${wire.body.length}`]);
      sendRaw(sending, Buffer.concat([one, one]), 'leave');
    },
  },
];
