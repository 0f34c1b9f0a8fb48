import type { DriverCall, StoreDriver } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { CALL, keysIn, putKeys, settled, type DriverContext } from './driver-context.js';

/** How long a call may take to notice that its signal has fired, in milliseconds. */
const PATIENCE_MS = 5_000;

type Calls = Readonly<Record<string, (call: DriverCall) => Promise<unknown>>>;

/** One call of each kind that every driver has, and of those that this one has. */
function callsOf({ list, read, write, delete: deletes, batch }: StoreDriver, prefix: string): Calls {
  const key = `${prefix}k`;
  return {
    'list.page': (call) => list.page({ prefix, maxKeys: 10 }, call),
    'read.head': (call) => read.head({ key }, call),
    'read.get': async (call) => (await read.get({ key }, call)).body.destroy(),
    'write.put': (call) => write.put({ key: `${prefix}new`, body: Buffer.from('x') }, call),
    'write.copy': (call) => write.copy({ from: key, to: `${prefix}new` }, call),
    'delete.one': (call) => deletes.one({ key: `${prefix}new` }, call),
    ...(batch && { 'batch.delete': (call) => batch.delete([{ key: `${prefix}new` }], call) }),
  };
}

/** What every call has in common. */
export function requestTests({ test, expectations, openAnother }: DriverContext): void {
  const { service } = expectations;
  const UNSEEN = 'nothing counts the requests here';

  test('sends one request a call', async ({ driver, prefix, skip }) => {
    if (!service) return skip(UNSEEN);
    await putKeys(driver, [`${prefix}k`]);
    for (const [name, send] of Object.entries(callsOf(driver, prefix))) {
      await settled(() => send(CALL));
      const before = service.requests();
      await send(CALL);
      expect(service.requests() - before, name).to.equal(1);
    }
  });

  test('leaves it to others to repeat a request', async ({ driver, prefix, skip }) => {
    if (!service) return skip(UNSEEN);
    await putKeys(driver, [`${prefix}k`]);
    for (const [name, send] of Object.entries(callsOf(driver, prefix))) {
      const before = service.requests();
      service.refuseNext();
      const error = await errorOf(send(CALL));
      expect(error.code, name).to.be.oneOf(['Throttled', 'Unavailable']);
      expect(error.retryable, name).to.equal(true);
      expect(service.requests() - before, name).to.equal(1);
    }
  });

  test('sends nothing when its signal has fired', async ({ driver, prefix }) => {
    await putKeys(driver, [`${prefix}k`]);
    const call = { signal: AbortSignal.abort() };
    for (const send of Object.values(callsOf(driver, prefix))) await errorOf(send(call), 'Aborted');
    expect(await keysIn(driver, prefix)).to.deep.equal(['k']);
  });

  test('ends a request when its signal fires', async ({ driver, prefix, skip }) => {
    if (!service) return skip(UNSEEN);
    await putKeys(driver, [`${prefix}k`]);
    for (const [name, send] of Object.entries(callsOf(driver, prefix))) {
      const controller = new AbortController();
      service.hangNext();
      const sent = errorOf(send({ signal: controller.signal }), 'Aborted');
      await later(50);
      controller.abort();
      const late = later(PATIENCE_MS).then(() => expect.fail(`${name} goes on`));
      await Promise.race([sent, late]);
    }
  });

  test('can be closed twice', async ({ prefix }) => {
    const another = await openAnother();
    await putKeys(another, [`${prefix}k`]);
    await another.close();
    await another.close();
  });
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
