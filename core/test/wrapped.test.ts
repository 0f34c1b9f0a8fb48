import { openDriver, openStore, StoreError, type StoreDriver } from '@store/core';
import { memory } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';

/** Answers nothing but this. */
function deaf(driver: StoreDriver): StoreDriver {
  const head = async (): Promise<never> => {
    throw new StoreError('Unavailable', 'nobody is there', { retryable: false });
  };
  return { ...driver, read: { ...driver.read, head } };
}

describe('a driver that is wrapped when it is opened', () => {
  it('is what the store asks, and what servers get', async () => {
    const options = { adapters: [memory], wrap: deaf };
    const entry = { provider: 'memory', objects: { k: 'text' } } as const;
    await using store = await openStore(entry, options);
    expect(await (await store.get('k')).text()).to.equal('text');
    const asked: unknown = await store.head('k').catch((error: unknown) => error);
    expect(asked).to.include({ code: 'Unavailable' });
    const driver = openDriver(entry, options);
    expect(await driver.read.head({ key: 'k' }, {}).catch((error: unknown) => error)).to.include({
      code: 'Unavailable',
    });
  });
});
