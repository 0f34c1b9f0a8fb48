import { openStore } from '@store/core';
import type { ObjectStore, RetrySettings, StoreAdapter, StoreDriver } from '@store/core';
import { afterEach } from 'mocha';

/** An adapter, and how to make its driver where a test needs more of it than the contract. */
export interface AdapterUnderTest<Config extends object, Driver extends StoreDriver> {
  readonly adapter: StoreAdapter<string, Config>;
  readonly driver: (config: Config) => Driver;
}

interface Closable {
  close(): Promise<void>;
}

/** What tests open of an adapter. It is closed after each test, what came last first. */
export interface OpenedForTests<Config extends object, Driver extends StoreDriver> {
  readonly storeFor: (config: Config, retry: RetrySettings) => Promise<ObjectStore>;
  /** The driver alone: what one request makes of an answer. */
  readonly driverFor: (config: Config) => Driver;
  /** For what else has to be closed with them, such as the service. */
  readonly closeLater: <T extends Closable>(one: T) => T;
  /** Closes what is open now: between the runs of a property, of which each has services of its own. */
  readonly closeAll: () => Promise<void>;
}

/**
 * Opens stores and drivers for tests.
 *
 * To be called in each test file, at its top or in a `describe`: that is where mocha hears of what is to be closed. A hook of a
 * module that several files import is known to the first of them alone where files run side by side.
 */
export function openForTests<Config extends object, Driver extends StoreDriver>({
  adapter,
  driver,
}: AdapterUnderTest<Config, Driver>): OpenedForTests<Config, Driver> {
  const open: Closable[] = [];
  const closeLater = <T extends Closable>(one: T): T => {
    open.push(one);
    return one;
  };
  const closeAll = async (): Promise<void> => {
    for (const one of open.splice(0).toReversed()) await one.close();
  };
  afterEach(closeAll);
  return {
    storeFor: async (config, retry) => {
      const provider: string = adapter.provider;
      return closeLater(await openStore({ ...config, provider, retry }, { adapters: [adapter] }));
    },
    driverFor: (config) => closeLater(driver(config)),
    closeLater,
    closeAll,
  };
}
