import { StoreError, type DeletePrefixOptions } from '@store/core';
import { defineOptions, optionTypes } from '@store/driver';
import { deletePrefixOptions } from '@store/deletion';

/** What a fleet is told: of what `deletePrefix` takes, what is the same for each part of a prefix; and how the fleet goes. */
export interface FleetOptions extends Pick<
  DeletePrefixOptions,
  | 'partialName'
  | 'entireStore'
  | 'include'
  | 'exclude'
  | 'filter'
  | 'olderThan'
  | 'newerThan'
  | 'modifiedBefore'
  | 'notAfterStart'
  | 'minSize'
  | 'maxSize'
  | 'versions'
  | 'deleteMarkers'
  | 'ifUnchanged'
  | 'verify'
  | 'bypassGovernance'
  | 'requestPayer'
  | 'expectedBucketOwner'
> {
  /** Most keys deleted a second by all workers together. Default: no limit but the service's own. */
  readonly maxKeysPerSecond?: number | undefined;
  /** Stop when more keys than this have failed (or are blocked), on all workers together. A run that is resumed after that stops after as many again. Default: no limit. */
  readonly maxFailures?: number | undefined;
  /** Most keys that one job deals with before it gives others their turn. Default 500,000. */
  readonly keysPerJob?: number | undefined;
}

const { table } = deletePrefixOptions;

/** Those that are of the fleet; the others are of each part. */
const OF_FLEET = {
  maxKeysPerSecond: table.maxKeysPerSecond,
  maxFailures: table.maxFailures,
  keysPerJob: {
    type: () => optionTypes.integer(1),
    default: 500_000,
    cli: { kind: 'number', group: 'how', help: 'most keys that one job deals with' },
  },
} as const;

export const fleetOptions = defineOptions<FleetOptions>()('deletePrefixOnFleet', {
  partialName: table.partialName,
  entireStore: table.entireStore,
  include: table.include,
  exclude: table.exclude,
  filter: table.filter,
  olderThan: table.olderThan,
  newerThan: table.newerThan,
  modifiedBefore: table.modifiedBefore,
  notAfterStart: table.notAfterStart,
  minSize: table.minSize,
  maxSize: table.maxSize,
  versions: table.versions,
  deleteMarkers: table.deleteMarkers,
  ifUnchanged: table.ifUnchanged,
  verify: table.verify,
  bypassGovernance: table.bypassGovernance,
  requestPayer: table.requestPayer,
  expectedBucketOwner: table.expectedBucketOwner,
  ...OF_FLEET,
});

/** What each part of a run is told, as plain data: `optionsFrom` reads it. */
export function plainOptions(options: FleetOptions): Record<string, unknown> {
  const given = fleetOptions.names
    .filter((name) => !(name in OF_FLEET) && options[name] !== undefined)
    .map((name) => [name, options[name]]);
  return JSON.parse(JSON.stringify(Object.fromEntries(given))) as Record<string, unknown>;
}

/** @throws StoreError `InvalidArgument` where a worker of another version does not know an option: it must not do without */
export function optionsFrom(plain: Readonly<Record<string, unknown>>): DeletePrefixOptions {
  const known: Readonly<Record<string, { readonly cli?: { readonly kind: string } | undefined }>> =
    fleetOptions.table;
  const options = Object.entries(plain).map(([name, value]) => {
    const entry = known[name];
    if (!entry) {
      const message = `this worker does not know the option ${name} of the run; bring it to the version of whoever began it`;
      throw new StoreError('InvalidArgument', message);
    }
    return [name, entry.cli?.kind === 'date' ? new Date(String(value)) : value];
  });
  // `deletePrefix` checks them.
  return Object.fromEntries(options) as DeletePrefixOptions;
}
