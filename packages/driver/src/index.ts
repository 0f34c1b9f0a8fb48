export type * from './adapter.js';
export { portableAttributes } from './attributes.js';
export { capabilitiesOf, type Capabilities } from './capabilities.js';
export { LONGEST_TIMER_MS, systemClock, type Clock } from './clock.js';
export { withDeadline } from './deadline.js';
export type * from './driver.js';
export {
  abortedError,
  detailsOf,
  reasonText,
  restate,
  restating,
  StoreError,
  throwIfAborted,
  thrownBy,
  toStoreError,
} from './errors.js';
export type { FailureReason, StoreErrorCode, StoreErrorDetails } from './errors.js';
export { allWithSoundFacts, soundSize, soundTime, withSoundFacts } from './facts.js';
export { holdErrors } from './hold-errors.js';
export { httpStatusOf } from './http-status.js';
export { assertKey, assertPrefix, compareKeys, DEFAULT_MAX_KEY_BYTES } from './keys.js';
export { fitsXml, fittingXmlBytes, keyProblem, xmlBytes } from './keys.js';
export type * from './lifecycle-rules.js';
export { encodedPieces } from './metadata.js';
export { METADATA_FIELDS, metadataOf } from './metadata-of.js';
export type * from './objects.js';
export { checkInput, suggest } from './options/check-input.js';
export { defineOptions, type Checked, type DefinedOptions } from './options/define-options.js';
export { expectation } from './options/expectation.js';
export type { Fact, OptionEntry, OptionTable, Spelling } from './options/option-table.js';
export * as optionTypes from './options/option-types.js';
export { passThrough, passThroughOptions, passThroughTable } from './pass-through.js';
export { quoteKey } from './quote-key.js';
export type * from './requests.js';
export { checkTags } from './tags.js';
export { untilAborted } from './until-aborted.js';
export type * from './upload-record.js';
