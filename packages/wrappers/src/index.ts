export { aroundCalls, type Around, type CallName, type DriverRequest } from './around-calls.js';
export { onRequest, type OnAnswer } from './on-request.js';
export { readOnly } from './read-only.js';
export { withPrefix } from './with-prefix.js';
