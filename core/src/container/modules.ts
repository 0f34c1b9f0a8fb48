import { ContainerModule } from 'inversify';
import type { StoreAdapter } from '../adapter.js';
import { checkOptions } from '../config/check-options.js';
import { checkShape, resolveStore, selectStore, type StoreConfig } from '../config/store-config.js';
import { resolveContext, type OpenOptions } from '../config/open-store.js';
import type { ObjectStore } from '../object-store.js';
import { createObjectStore } from '../store/portable-store.js';
import { OBJECT_STORE, STORE_ADAPTER } from './tokens.js';

/** The module that an adapter package exports: it makes the adapter known to {@link storeModule}. */
export function adapterModule(adapter: StoreAdapter): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(STORE_ADAPTER).toConstantValue(adapter);
  });
}

/**
 * Binds every store of a configuration under its name, and the default one without a name too. A store is
 * opened when it is first asked for, once, and closed when the container unbinds it; so stores whose adapter
 * or environment is not there do no harm until they are used.
 *
 * @throws StoreError `InvalidConfig` when the configuration has not the right shape
 */
export function storeModule(
  config: StoreConfig,
  options: Omit<OpenOptions, 'adapters' | 'name'> = {},
): ContainerModule {
  checkOptions('storeModule', options);
  const { stores, default: defaultName } = checkShape(config);
  const names = Object.keys(stores);
  const open = (name: string, adapters: readonly StoreAdapter[]): ObjectStore => {
    const { entry } = selectStore(config, name);
    const resolved = resolveStore(entry, `stores.${name}`, resolveContext({ ...options, adapters }));
    const { clock, onRetry } = options;
    return createObjectStore(resolved.createDriver(), { retry: resolved.retry, clock, onRetry });
  };
  const close = (store: ObjectStore): Promise<void> => store.close();
  const allAdapters = { isMultiple: true, serviceIdentifier: STORE_ADAPTER } as const;
  return new ContainerModule(({ bind }) => {
    for (const name of names) {
      bind(OBJECT_STORE)
        .toResolvedValue((adapters: StoreAdapter[]) => open(name, adapters), [allAdapters])
        .inSingletonScope()
        .whenNamed(name)
        .onDeactivation(close);
    }
    const unnamed = defaultName ?? (names.length === 1 ? names[0] : undefined);
    if (unnamed === undefined) return;
    bind(OBJECT_STORE)
      .toResolvedValue((store: ObjectStore) => store, [{ name: unnamed, serviceIdentifier: OBJECT_STORE }])
      .inSingletonScope()
      .whenDefault();
  });
}
