/** Listings that are split into ranges of keys while they run, and listed side by side. */
export { rangedObjectPages, rangedVersionPages, type SideBySide } from './listing/ranged-pages.js';
export { boundaryIn, isSendable } from './ranges/boundary.js';
export { KeyRange, type KeyRangeState } from './ranges/key-range.js';
export type { RangedPage, RangeSettings } from './ranges/range-source.js';
export { KeySpace } from './ranges/key-space.js';
