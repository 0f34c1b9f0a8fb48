import { setTimeout as delay } from 'node:timers/promises';
import { BARE, errorOf } from '@store/conformance';
import { createObjectStore, StoreError, type StoreDriver } from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';

/** A service that never answers, and of which a request ends by its signal. */
function silent(): StoreDriver {
  const never = (_request: unknown, { signal }: { readonly signal?: AbortSignal | undefined }) =>
    new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new StoreError('Aborted', 'ended')));
    });
  return {
    ...BARE,
    list: { ...BARE.list, page: never },
    read: { head: never, get: never },
    write: { ...BARE.write, put: never, copy: never },
    delete: { ...BARE.delete, one: never },
  };
}

describe('timeoutMs', () => {
  const store = createObjectStore(silent());
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    head: () => store.head('k', { timeoutMs: 20 }),
    get: () => store.get('k', { timeoutMs: 20 }),
    exists: () => store.exists('k', { timeoutMs: 20 }),
    put: () => store.put('k', 'x', { timeoutMs: 20 }),
    copy: () => store.copy('k', 'l', { timeoutMs: 20 }),
    delete: () => store.delete('k', { timeoutMs: 20 }),
    list: async () => {
      for await (const _object of store.list('p/', { timeoutMs: 20 })) expect.fail('nothing is there');
    },
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`ends ${name} with Timeout`, async () => {
      const error = await errorOf(call());
      expect(error).to.include({ code: 'Timeout', operation: name });
      expect(error.message).to.contain('not done within 20 ms');
    });
  }

  it('counts the waits between attempts', async () => {
    const failing = createObjectStore(
      {
        ...silent(),
        read: {
          ...BARE.read,
          head: () => Promise.reject(new StoreError('Unavailable', 'down', { retryable: true })),
        },
      },
      { retry: { baseDelayMs: 60_000, maxDelayMs: 60_000 } },
    );
    expect(await errorOf(failing.head('k', { timeoutMs: 20 }))).to.have.property('code', 'Timeout');
  });

  it("leaves the caller's own signal its word", async () => {
    const error = await errorOf(store.head('k', { timeoutMs: 60_000, signal: AbortSignal.timeout(10) }));
    expect(error).to.have.property('code', 'Aborted');
  });

  it('does not end what has been answered in time', async () => {
    const signals: AbortSignal[] = [];
    const quick = createObjectStore({
      ...silent(),
      read: {
        ...BARE.read,
        head: async ({ key }, { signal }) => {
          if (signal) signals.push(signal);
          return { key, size: 1 };
        },
      },
    });
    expect(await quick.head('k', { timeoutMs: 10 })).to.include({ size: 1 });
    await delay(30);
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([false]);
  });
});
