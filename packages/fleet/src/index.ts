export { deletePrefixOnFleet, Fleet, type FleetTarget, type WaitOptions } from './fleet.js';
export { fleetOptions, type FleetOptions } from './fleet-options.js';
export { DEFAULT_FLEET, type FleetConnection } from './fleet-queue.js';
export type { FleetCounts, FleetReport, FleetRowReport, FleetState } from './fleet-report.js';
export { FleetWorker, type FleetWorkerEvent, type FleetWorkerOptions } from './fleet-worker.js';
