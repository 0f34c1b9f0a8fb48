/** Which keys are meant, for whatever else works on many keys. */
export { compileFilter, filtersIn, type ObjectFilter } from './filter.js';
export { KeyRules } from './key-rules.js';
export { LeftOutBooks } from './left-out-books.js';
export { leftOutFilter } from './left-out-filter.js';
export { checkPrefix } from './safety.js';
export { selectionOptions, type Selection } from './selection.js';
export { UnmetRules } from './unmet-rules.js';
