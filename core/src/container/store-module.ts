import { ContainerModule } from 'inversify';
import type { StoreAdapter } from '@store/driver';
import { containerOptions, type OpenOptions } from '../config/open-options.js';
import { openNow } from '../config/open-store.js';
import type { ConfigFor } from '../config/config-types.js';
import { checkShape } from '../config/store-config.js';
import type { ObjectStore } from '../object-store.js';
import { OBJECT_STORE } from './token.js';

const OPTIONS = containerOptions('storeModule');

/**
 * Binds every store of a configuration under its name, and the default one without a name too. A store is
 * opened when it is first asked for, once, and closed when the container unbinds it; so stores whose adapter
 * or environment is not there do no harm until they are used.
 *
 * @param adapters those that the configuration may name
 * @throws StoreError `InvalidConfig` when the configuration has not the right shape
 */
export function storeModule<Adapter extends StoreAdapter, const Given extends object>(
  config: ConfigFor<Adapter, Given>,
  adapters: readonly Adapter[],
  options: Omit<OpenOptions, 'adapters' | 'name'> = {},
): ContainerModule {
  OPTIONS.check(options);
  const { stores, default: defaultName } = checkShape(config);
  const names = Object.keys(stores);
  const close = (store: ObjectStore): Promise<void> => store.close();
  return new ContainerModule(({ bind }) => {
    for (const name of names) {
      bind(OBJECT_STORE)
        .toResolvedValue(() => openNow(config, { ...options, adapters, name }))
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
