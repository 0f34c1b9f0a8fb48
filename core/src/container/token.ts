import type { ServiceIdentifier } from 'inversify';
import type { ObjectStore } from '../object-store.js';

/**
 * What application classes inject: `@inject(OBJECT_STORE) @named('uploads') store: ObjectStore`; without a
 * name it is the default store.
 */
export const OBJECT_STORE: ServiceIdentifier<ObjectStore> = Symbol.for('@store/core/ObjectStore');
