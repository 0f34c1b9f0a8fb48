// A module for `--adapter`: memory stores on which deletes fail, or never end.
import type { StoreAdapter } from '@store/core';
import { withFaults, type FaultRule } from '@store/conformance';
import { memory, type MemoryConfig } from '@store/memory';

function faulty(provider: string, rules: readonly FaultRule[]): StoreAdapter<MemoryConfig> {
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
    operation: ['deleteBatch', 'deleteOne'],
    effect: {
      do: 'refuse-keys',
      of: (key) => key.endsWith('.locked'),
      with: { code: 'AccessDenied', providerCode: 'AccessDenied', message: 'the key is held' },
    },
  },
]);

/** Behind the first page of a listing there is no way on, however often it is asked for. */
export const broken = faulty(
  'broken',
  [2, 3, 4].map((nth) => ({ operation: 'listPage', nth, effect: { do: 'drop-token' } })),
);

/** Deletes never end. */
export const hanging: StoreAdapter<MemoryConfig> = {
  ...memory,
  provider: 'hanging',
  createDriver(config, context) {
    const driver = memory.createDriver(config, context);
    driver.deleteBatch = () =>
      new Promise(() => {
        setInterval(() => undefined, 1000);
      });
    return driver;
  },
};
