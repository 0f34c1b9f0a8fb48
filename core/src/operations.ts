/** For packages with operations of their own: what a store does is done by these. */
export { copyWith } from './store/copy.js';
export { deleteOptions } from './store/option-tables.js';
