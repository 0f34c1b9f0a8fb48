import type { ObjectStore, RetrySettings, StoreDriver } from '@store/core';
import { openForTests, type AdapterUnderTest } from './adapter-under-test.js';
import { startWrongServer, type WrongAnswer, type WrongBehaviour } from './wrong-server.js';

/** An adapter against services that check nothing and answer as they are told. All is closed after each test. */
export interface WrongServices<Config extends object, Driver extends StoreDriver> {
  /** Starts a service. @returns its configuration */
  readonly wrongService: (behaviour: WrongBehaviour, config?: Partial<Config>) => Promise<Config>;
  /** The driver of a service of its own. */
  readonly wrongDriver: (behaviour: WrongBehaviour, config?: Partial<Config>) => Promise<Driver>;
  /** One driver for many answers, one after the other: making drivers takes longer than calling them. */
  readonly answering: (config?: Partial<Config>) => Promise<(answer: WrongAnswer) => Driver>;
  readonly driverFor: (config: Config) => Driver;
  /** @param retry default: two attempts, and no wait that anybody would notice */
  readonly storeFor: (config: Config, retry?: RetrySettings) => Promise<ObjectStore>;
  /** Closes what is open now: between the runs of a property, of which each has services of its own. */
  readonly closeServices: () => Promise<void>;
}

const HASTY: RetrySettings = { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1, patienceMs: 50 };

/**
 * What an adapter's tests of wrong answers have in common.
 *
 * @param under the adapter, and its configuration for a service on this port of 127.0.0.1
 * @returns a function to be called in each test file, at its top or in a `describe`
 */
export function wrongServices<Config extends object, Driver extends StoreDriver>(
  under: AdapterUnderTest<Config, Driver> & { readonly config: (port: number) => Config },
): () => WrongServices<Config, Driver> {
  return () => {
    const { storeFor, driverFor, closeLater, closeAll } = openForTests(under);
    const wrongService = async (behaviour: WrongBehaviour, config?: Partial<Config>): Promise<Config> => {
      const server = await startWrongServer(behaviour);
      closeLater({ close: async () => server[Symbol.asyncDispose]() });
      return { ...under.config(server.port), ...config };
    };
    const wrongDriver = async (behaviour: WrongBehaviour, config?: Partial<Config>): Promise<Driver> =>
      driverFor(await wrongService(behaviour, config));
    return {
      wrongService,
      wrongDriver,
      answering: async (config) => {
        let next: WrongAnswer = {};
        const driver = await wrongDriver(() => next, config);
        return (answer) => {
          next = answer;
          return driver;
        };
      },
      driverFor,
      storeFor: (config, retry = HASTY) => storeFor(config, retry),
      closeServices: closeAll,
    };
  };
}
