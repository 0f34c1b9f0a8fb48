// A module for `--adapter`: memory stores on which deletes fail, or never end.
import { Readable } from 'node:stream';
import { StoreError, type StoreAdapter } from '@store/core';
import { withFaults, type FaultRule } from '@store/conformance';
import { memory, type MemoryConfig } from '@store/memory';

function faulty(provider: string, rules: readonly FaultRule[]): StoreAdapter<string, MemoryConfig> {
  return {
    ...memory,
    provider,
    createDriver: (config, context) =>
      withFaults(memory.createDriver(config, context), { seed: 1, rules }).driver,
  };
}

/** Refuses the keys that end in `.locked`. */
export const locked = faulty('locked', [
  {
    operation: ['batch.delete', 'delete.one'],
    effect: {
      do: 'refuse-keys',
      of: (key) => key.endsWith('.locked'),
      with: { code: 'AccessDenied', providerCode: 'AccessDenied', message: 'the key is held' },
    },
  },
]);

/** What a terminal acts on, in every kind: controls, directions, separators, half a surrogate pair. */
export const ACTIVE_TEXT =
  'a\u0007\u001b[31m\u007f\u009b2J\u202e\u2066\u2028\u2029\ud800\r\n\tstore: all is well';

/** Refuses each delete, in words that act on a terminal. */
export const loud = faulty('loud', [
  {
    operation: ['batch.delete', 'delete.one'],
    effect: {
      do: 'refuse-keys',
      of: () => true,
      with: { code: 'AccessDenied', providerCode: ACTIVE_TEXT, message: ACTIVE_TEXT },
    },
  },
]);

/** Fails to list and to read, in such words. */
export const dumb: StoreAdapter<string, MemoryConfig> = {
  ...memory,
  provider: 'dumb',
  createDriver(config, context) {
    const driver = memory.createDriver(config, context);
    const fail = (): Promise<never> =>
      Promise.reject(
        new StoreError('AccessDenied', ACTIVE_TEXT, { providerCode: ACTIVE_TEXT, requestId: ACTIVE_TEXT }),
      );
    return { ...driver, list: { ...driver.list, page: fail }, read: { head: fail, get: fail } };
  },
};

/** Behind the first page of a listing there is no way on, however often it is asked for. */
export const broken = faulty(
  'broken',
  [2, 3, 4].map((nth) => ({ operation: 'list.page', nth, effect: { do: 'drop-token' } })),
);

/** The connection of a body breaks as soon as the answer has begun. */
export const torn: StoreAdapter<string, MemoryConfig> = {
  ...memory,
  provider: 'torn',
  createDriver(config, context) {
    const driver = memory.createDriver(config, context);
    const get: typeof driver.read.get = async (request, call) => {
      const { info, body: whole } = await driver.read.get(request, call);
      whole.destroy();
      const body = new Readable({ read: () => undefined });
      setImmediate(() => body.destroy(new StoreError('Unavailable', 'the connection was reset')));
      return { info, body };
    };
    return { ...driver, read: { ...driver.read, get } };
  },
};

/** Deletes never end. */
export const hanging: StoreAdapter<string, MemoryConfig> = {
  ...memory,
  provider: 'hanging',
  createDriver(config, context) {
    const driver = memory.createDriver(config, context);
    const wait = (): Promise<never> =>
      new Promise(() => {
        setInterval(() => undefined, 1000);
      });
    return { ...driver, batch: driver.batch && { ...driver.batch, delete: wait } };
  },
};
