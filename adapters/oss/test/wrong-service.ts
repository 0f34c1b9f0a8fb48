import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { openStore, type ObjectStore, type RetrySettings } from '@store/core';
import { oss, OssDriver, type OssConfig } from '@store/oss';
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

/** A service that signs nothing, checks nothing and answers as it is told; with its configuration. */
export async function wrongService(behaviour: Behaviour): Promise<OssConfig> {
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
    region: 'oss-cn-beijing',
    pathStyle: true,
    endpoint: `http://localhost:${port}`,
    accessKeyId: 'AK',
    accessKeySecret: 'SK',
  };
}

export function driverFor(config: OssConfig): OssDriver {
  const driver = new OssDriver(config);
  open.push({ [Symbol.asyncDispose]: () => driver.close() });
  return driver;
}

export async function storeFor(config: OssConfig, retry: RetrySettings): Promise<ObjectStore> {
  const store = await openStore({ provider: 'oss', retry, ...config }, { adapters: [oss] });
  open.push(store);
  return store;
}

/** A page of ListObjectsV2, as the bytes that are given. */
export function listing(entries: string | Buffer, rest = '<IsTruncated>false</IsTruncated>'): Buffer {
  return Buffer.concat([
    Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult>'),
    Buffer.from(entries),
    Buffer.from(`${rest}</ListBucketResult>`),
  ]);
}
