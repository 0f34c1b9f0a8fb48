import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { openStore, type ObjectStore, type RetrySettings } from '@store/core';
import { ctyun, CtyunDriver, type CtyunConfig } from '@store/ctyun';
import { afterEach } from 'mocha';

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Gives the answer, or does with the response what it likes. */
type Behaviour = (request: IncomingMessage, response: ServerResponse) => Answer | undefined;

/** A service that checks nothing and answers as it is told; with its configuration, which has no data plane. */
export async function wrongService(behaviour: Behaviour): Promise<CtyunConfig> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const answer = behaviour(request, response);
    if (!answer) return;
    request.resume();
    response.writeHead(answer.status ?? 200, { ...answer.headers });
    response.end(answer.body);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  });
  const { port } = server.address() as AddressInfo;
  return {
    bucket: 'demo',
    regionId: 'r',
    accessKey: 'AK',
    secretKey: 'SK',
    endpoint: `http://127.0.0.1:${port}`,
  };
}

export function driverFor(config: CtyunConfig): CtyunDriver {
  const driver = new CtyunDriver(config);
  open.push({ [Symbol.asyncDispose]: () => driver.close() });
  return driver;
}

export async function storeFor(config: CtyunConfig, retry: RetrySettings): Promise<ObjectStore> {
  const store = await openStore({ provider: 'ctyun', retry, ...config }, { adapters: [ctyun] });
  open.push(store);
  return store;
}

/** A success with this `returnObj`, as it is written. */
export function success(returnObj?: string | Buffer): Buffer {
  const inside =
    returnObj === undefined ? [] : [Buffer.from('"returnObj":'), Buffer.from(returnObj), Buffer.from(',')];
  return Buffer.concat([Buffer.from('{'), ...inside, Buffer.from('"message":"SUCCESS","statusCode":800}')]);
}
