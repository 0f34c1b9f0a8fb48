/** Listings, page by page, each page checked. A store loads them with its first listing. */
export { inOrder } from './listing/in-order.js';
export { objectPages } from './listing/object-pages.js';
export { UnnameableEntries } from './listing/unnameable-entries.js';
export { uploadPages } from './listing/upload-pages.js';
export { versionPages } from './listing/version-pages.js';
