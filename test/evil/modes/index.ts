import type { Mode } from '../mode.js';
import { BATCH_MODES } from './batch-answers.js';
import { DOCUMENT_MODES } from './documents.js';
import { END_MODES } from './listing-ends.js';
import { FACT_MODES } from './listing-facts.js';
import { KEY_MODES } from './listing-keys.js';
import { LOOP_MODES } from './listing-loops.js';
import { REFUSAL_MODES } from './refusals.js';
import { TRANSPORT_MODES } from './transport.js';
import { VERSION_MODES } from './version-lists.js';

export const MODES: readonly Mode[] = [
  ...REFUSAL_MODES,
  ...BATCH_MODES,
  ...END_MODES,
  ...LOOP_MODES,
  ...KEY_MODES,
  ...FACT_MODES,
  ...VERSION_MODES,
  ...DOCUMENT_MODES,
  ...TRANSPORT_MODES,
];
