/** For packages that build on core; applications and adapters need none of it. */
export { interpolate, type Environment } from './config/interpolate.js';
export { resolveEntry, type ResolveOptions } from './config/open-store.js';
export { entrySchema, type ResolvedEntry } from './config/store-config.js';
export { entryTable } from './config/open-options.js';
export { IN_FLIGHT } from './deletion/listed-run.js';
export { deletePrefixOptions } from './deletion/options.js';
export { checkPrefix } from './deletion/safety.js';
export { Engine, engineOf, type Purpose } from './engine/engine.js';
export { allWithSoundFacts } from './facts.js';
export { objectPages } from './listing/object-pages.js';
export { checkInput, suggest } from './options/check-input.js';
export { defineOptions, type Checked, type DefinedOptions } from './options/define-options.js';
export type { OptionEntry, OptionTable, Spelling } from './options/option-table.js';
export * as optionTypes from './options/option-types.js';
export { passThroughOptions } from './pass-through.js';
export { deleteOptions } from './store/option-tables.js';
