/** What some adapters and packages need, and opening a store does not: it is not loaded with it. */
export { withJoinedEtag } from './joined-etag.js';
export { checkOptionNames } from './options/check-option-names.js';
export { choicesOf, isWhole, limitOf } from './options/schema-facts.js';
export { isGone, processMark } from './process-mark.js';
export { diskTrouble, systemReason } from './system-reason.js';
export { WholeBody } from './whole-body.js';
