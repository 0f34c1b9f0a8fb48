export { openForTests, type AdapterUnderTest, type OpenedForTests } from './adapter-under-test.js';
export { BARE, type Replaceable } from './bare-driver.js';
export { AWKWARD_KEYS, longestKey, longKey, possible } from './awkward-keys.js';
export { describeStoreDriver } from './driver/driver-suite.js';
export type { DriverExpectations, ServiceUnderTest } from './driver/driver-context.js';
export { expectClosedBooks } from './closed-books.js';
export { errorOf } from './error-of.js';
export {
  withFaults,
  type CallRecord,
  type FaultPlan,
  type FaultRule,
  type FaultyDriver,
} from './faulty-driver.js';
export { numbered } from './numbered.js';
export { runVictim } from './run-victim.js';
export { SetDriver, type SetDriverSettings } from './set-driver.js';
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
export { wrongServices, type WrongServices } from './wrong-service.js';
export { seededRandom } from './seeded-random.js';
export { PostgresServer, type PostgresOptions } from './postgres-server.js';
export { RedisServer } from './redis-server.js';
