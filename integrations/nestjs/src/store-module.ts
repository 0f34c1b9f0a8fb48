import {
  Inject,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type OnModuleDestroy,
  type Provider,
} from '@nestjs/common';
import {
  openStore,
  type ConfigFor,
  type ObjectStore,
  type OpenOptions,
  type StoreAdapter,
  type StoreConfig,
} from '@store/core';
import { checkShape } from '@store/core/config';
import { storeToken } from './inject-store.js';

export interface StoreModuleOptions extends Omit<OpenOptions, 'adapters' | 'name'> {
  /** Its stores can be injected everywhere, without an import. Default true. */
  readonly global?: boolean | undefined;
}

export interface StoreModuleAsyncOptions
  extends StoreModuleOptions, Pick<DynamicModule, 'imports'>, Pick<FactoryProvider, 'inject'> {
  /** The adapters that the configuration may name. */
  readonly adapters: readonly StoreAdapter[];
  /** The names of the stores that can be injected; Nest has to know them before there is a configuration. */
  readonly stores: readonly string[];
  /** Makes the configuration from what is in `inject`. */
  readonly useFactory: (...injected: never[]) => StoreConfig | Promise<StoreConfig>;
}

const CONFIG = Symbol('the configuration');
const OPENED = Symbol('the opened stores');

/**
 * Opens the stores of a configuration when the application starts, has them injected (`@InjectStore('uploads')`), and closes
 * them when it ends. A configuration that cannot be used ends the start, with a `StoreError` `InvalidConfig` that says where.
 */
export class StoreModule implements OnModuleDestroy {
  readonly #opened: readonly ObjectStore[];

  constructor(opened: readonly ObjectStore[]) {
    this.#opened = opened;
  }

  /** @param adapters those that the configuration may name @throws StoreError `InvalidConfig` when it has not the right shape */
  static forRoot<Adapter extends StoreAdapter, const Given extends object>(
    config: ConfigFor<Adapter, Given>,
    adapters: readonly Adapter[],
    options: StoreModuleOptions = {},
  ): DynamicModule {
    const checked = checkShape(config);
    const stores = Object.keys(checked.stores);
    return moduleOf({ ...options, adapters, stores, useFactory: () => checked }, checked.default);
  }

  /**
   * With a configuration that others make, such as Nest's `ConfigService`. Its default store has no token of its own, unless
   * it is the only one.
   */
  static forRootAsync(options: StoreModuleAsyncOptions): DynamicModule {
    return moduleOf(options);
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.#opened.map((store) => store.close()));
  }
}

// Called as functions, decorators need no flags of the compiler.
Module({})(StoreModule);
Inject(OPENED)(StoreModule, undefined, 0);

function moduleOf(options: StoreModuleAsyncOptions, named?: string): DynamicModule {
  const { global = true, imports, inject, adapters, stores, useFactory, ...opening } = options;
  const providers: Provider[] = stores.map((name) => ({
    provide: storeToken(name),
    inject: [CONFIG, OPENED],
    async useFactory(config: StoreConfig, opened: ObjectStore[]): Promise<ObjectStore> {
      const store = await openStore(config, { ...opening, adapters, name });
      opened.push(store);
      return store;
    },
  }));
  const unnamed = named ?? (stores.length === 1 ? stores[0] : undefined);
  if (unnamed !== undefined) providers.push({ provide: storeToken(), useExisting: storeToken(unnamed) });
  return {
    module: StoreModule,
    global,
    ...(imports && { imports }),
    providers: [
      { provide: CONFIG, useFactory, ...(inject && { inject }) },
      { provide: OPENED, useFactory: (): ObjectStore[] => [] },
      ...providers,
    ],
    exports: providers.map((provider) => ('provide' in provider ? provider.provide : provider)),
  };
}
