import type { ServiceIdentifier } from 'inversify';
import type { StoreAdapter } from '../adapter.js';
import type { ObjectStore } from '../object-store.js';

/**
 * What application classes inject: `@inject(OBJECT_STORE) @named('uploads') store: ObjectStore`; without a
 * name it is the default store.
 */
export const OBJECT_STORE: ServiceIdentifier<ObjectStore> = Symbol.for('@store/core/ObjectStore');

/** What adapter modules bind; there can be several. */
export const STORE_ADAPTER: ServiceIdentifier<StoreAdapter> = Symbol.for('@store/core/StoreAdapter');
