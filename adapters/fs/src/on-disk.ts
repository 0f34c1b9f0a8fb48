/** For `@store/files`, a store of plain files: what it shares with this one. */
export { fromBinary, isText, readable, toBinary } from './binary.js';
export { bytesOf } from './bytes-of.js';
export { errnoOf, translate } from './errors.js';
export { FileCalls } from './file-calls.js';
export { kindOf } from './foreign.js';
export { Listing } from './listing.js';
export { MARKER } from './root.js';
export { someAtOnce } from './some-at-once.js';
export type { Entry, FoundFile, Naming, Passed } from './walk.js';
