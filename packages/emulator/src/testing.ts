import { openForTests, type AdapterUnderTest, type ServiceUnderTest } from '@store/conformance';
import type { ObjectStore, RetrySettings, StoreDriver } from '@store/core';
import { startEmulator, type Emulator } from './emulator.js';
import type { EmulatorOptions } from './emulator-options.js';
import type { FaultEffect } from './faults.js';

/** How an adapter meets the emulator. */
export interface EmulatorHarness<Config extends object, Driver extends StoreDriver> extends AdapterUnderTest<
  Config,
  Driver
> {
  /** The faces that the adapter talks to, and what else all its emulators have. */
  readonly emulator: EmulatorOptions;
  /** The configuration for a running emulator's bucket `demo`. */
  readonly config: (emulator: Emulator) => Config;
}

/** Emulators, and an adapter's stores and drivers on them. All is closed after each test. */
export interface EmulatedStores<Config extends object, Driver extends StoreDriver> {
  /** Starts an emulator on free ports, with the buckets `demo` and `other`. */
  readonly emulate: (options?: EmulatorOptions) => Promise<Emulator>;
  readonly configFor: (emulator: Emulator, config?: Partial<Config>) => Config;
  /** @param retry default: eight attempts with short waits */
  readonly storeOn: (
    emulator: Emulator,
    config?: Partial<Config>,
    retry?: RetrySettings,
  ) => Promise<ObjectStore>;
  /** The driver alone: what one request makes of an answer. */
  readonly driverOn: (emulator: Emulator, config?: Partial<Config>) => Driver;
}

const SHORT_WAITS: RetrySettings = { maxAttempts: 8, baseDelayMs: 1, maxDelayMs: 5 };

/**
 * What an adapter's tests over the emulator have in common.
 *
 * @returns a function to be called in each test file, at its top or in a `describe`: that is where mocha hears of what is to be
 * closed
 */
export function emulatedStores<Config extends object, Driver extends StoreDriver>(
  harness: EmulatorHarness<Config, Driver>,
): () => EmulatedStores<Config, Driver> {
  const configFor = (emulator: Emulator, config?: Partial<Config>): Config => ({
    ...harness.config(emulator),
    ...config,
  });
  return () => {
    const { storeFor, driverFor, closeLater } = openForTests(harness);
    return {
      emulate: async (options) =>
        closeLater(await startEmulator({ buckets: ['demo', 'other'], ...harness.emulator, ...options })),
      configFor,
      storeOn: (emulator, config, retry = SHORT_WAITS) => storeFor(configFor(emulator, config), retry),
      driverOn: (emulator, config) => driverFor(configFor(emulator, config)),
    };
  };
}

/**
 * An emulator as `describeStoreDriver` can count what arrives there, and have it go wrong.
 *
 * @param busyCode the provider's word for a service that is busy; it comes with status 503
 */
export function emulatedService(emulator: Emulator, busyCode: string): ServiceUnderTest {
  const next = (effect: FaultEffect): void => emulator.setFaults({ faults: [{ times: 1, effect }] });
  return {
    requests: () => emulator.log.entries.length,
    refuseNext: () => next({ error: { code: busyCode, status: 503 } }),
    hangNext: () => next({ hang: true }),
  };
}
