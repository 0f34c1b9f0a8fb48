import { Container } from 'inversify';
import type { StoreAdapter } from '@store/driver';
import { containerOptions, type OpenOptions } from '../config/open-options.js';
import type { ConfigFor } from '../config/config-types.js';
import { storeModule } from './store-module.js';

const OPTIONS = containerOptions('createContainer');

/**
 * A container with every store of a configuration: `container.get(OBJECT_STORE, { name: 'uploads' })`.
 * `await container.unbindAllAsync()` closes the stores that were opened.
 *
 * @param adapters those that the configuration may name
 * @throws StoreError `InvalidConfig` when the configuration has not the right shape
 */
export function createContainer<Adapter extends StoreAdapter, const Given extends object>(
  config: ConfigFor<Adapter, Given>,
  adapters: readonly Adapter[],
  options: Omit<OpenOptions, 'adapters' | 'name'> = {},
): Container {
  OPTIONS.check(options);
  const container = new Container();
  container.load(storeModule(config, adapters, options));
  return container;
}
