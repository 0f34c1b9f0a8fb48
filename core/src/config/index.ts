/** For packages that read a configuration as `openStore` does. */
export { interpolate, type Environment } from './interpolate.js';
export { entryTable } from './open-options.js';
export { resolveEntry, type ResolveOptions } from './open-store.js';
export { checkShape, entrySchema, selectStore, type ResolvedEntry } from './store-config.js';
