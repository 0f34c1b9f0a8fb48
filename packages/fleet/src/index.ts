export { checkTargets, deletePrefixOnFleet, Fleet, type FleetTarget, type WaitOptions } from './fleet.js';
export { fleetOptions, type FleetOptions } from './fleet-options.js';
export { DEFAULT_FLEET, type FleetConnection } from './fleet-connection.js';
export type { FleetCounts, FleetReport, FleetRowReport, FleetState } from './fleet-report.js';
export type { PieceId } from './fleet-run.js';
export { FleetWorker, type FleetWorkerEvent, type FleetWorkerOptions } from './fleet-worker.js';
export type { PieceCounts } from './piece-counts.js';
export { checkPlace } from './place-check.js';
export { placeOf, type PlaceName } from './place-of.js';
