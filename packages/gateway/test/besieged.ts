import type { StoreDriver } from '@store/core';
import { startGateway, type Gateway, type GatewayOptions } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { afterEach } from 'mocha';
import { KEYS, type RawAnswer, RawClient, signed, type SignedRequest } from './raw-client.js';

/** No client of these tests waits for the clock: what is too slow is tested with short limits, all else with long ones. */
export const PATIENT = { headersMs: 60_000, idleMs: 60_000, storeMs: 60_000 };

/** What tests of clients that mean a gateway no good start and ask; in a suite of mocha, which closes it all after each test. */
export function besieged() {
  const open: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
  });

  const start = async (driver: StoreDriver, options: Partial<GatewayOptions> = {}): Promise<Gateway> => {
    const gateway = await startGateway({
      minPartBytes: 0,
      stores: { demo: driver },
      credentials: [KEYS],
      timeouts: PATIENT,
      ...options,
    });
    open.push(() => gateway.close());
    return gateway;
  };
  const clientOf = (gateway: Gateway): RawClient => {
    const client = new RawClient(gateway.url);
    open.push(() => client.destroy());
    return client;
  };
  const filled = async (...keys: string[]): Promise<StoreDriver> => {
    const driver = memoryDriver();
    for (const key of keys) await driver.write.put({ key, body: Buffer.from(key) }, {});
    return driver;
  };
  const keysOf = async (driver: StoreDriver): Promise<string[]> =>
    (await driver.list.page({ prefix: '', maxKeys: 1000 }, {})).objects.map(({ key }) => key);
  const ask = async (
    gateway: Gateway,
    request: SignedRequest,
    body?: string | Uint8Array,
  ): Promise<RawAnswer> => {
    const client = clientOf(gateway);
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    client.send(signed({ ...request, headers: { ...length, ...request.headers } }).head);
    if (body !== undefined) client.send(body);
    const answer = await client.answer(request.method === 'HEAD');
    client.destroy();
    return answer;
  };
  const isAlive = async (gateway: Gateway): Promise<void> => {
    expect((await ask(gateway, { method: 'GET', path: '/demo' })).status).to.equal(200);
  };

  return { start, clientOf, filled, keysOf, ask, isAlive };
}
