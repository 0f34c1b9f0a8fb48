export { Contact, eitherSignal } from './contact.js';
export { Engine, ENGINE, engineOf, IN_FLIGHT } from './engine.js';
export type { Engined, EngineSettings, Purpose, Slot } from './engine.js';
export { untrusted, type Page } from './follow-pages.js';
export { RepeatWatch } from './repeat-watch.js';
export { askedWaitMs, Attempts, retrying, retryPolicy } from './retry.js';
export type { Line, OnRetry, RetryEvent, RetryPolicy, RetrySettings } from './retry.js';
export type { SplitRules, SplitSettings } from './split-rules.js';
export { within } from './within.js';
