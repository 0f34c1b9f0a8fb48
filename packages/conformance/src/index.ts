export { BARE, type Replaceable } from './bare-driver.js';
export { AWKWARD_KEYS, longKey } from './awkward-keys.js';
export {
  withFaults,
  type CallRecord,
  type FaultPlan,
  type FaultRule,
  type FaultyDriver,
} from './faulty-driver.js';
export { expectClosedBooks } from './groups/deletion.js';
export { SimulatedClock } from './simulated-clock.js';
export { describeObjectStore } from './suite.js';
export type { Expectations } from './suite-context.js';
export {
  flood,
  startWrongServer,
  type WrongAnswer,
  type WrongBehaviour,
  type WrongServer,
} from './wrong-server.js';
