import type { DeleteMarkerSelection, DeletionStrategy, PassThrough, VersionSelection } from '@store/core';

/** The options of `store rm` as commander hands them over. */
export interface RmOptions {
  readonly recursive?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly count?: boolean;
  readonly versionId?: string;
  readonly strict?: boolean;
  readonly dryRun?: boolean;
  readonly partialName?: boolean;
  readonly entireStore?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly olderThan?: number;
  readonly newerThan?: number;
  readonly modifiedBefore?: Date;
  readonly notAfterStart?: boolean;
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly maxDelete?: number;
  readonly versions?: VersionSelection;
  readonly deleteMarkers?: DeleteMarkerSelection;
  readonly uploads?: boolean;
  readonly ifUnchanged?: boolean;
  readonly verify?: boolean;
  readonly strategy?: DeletionStrategy;
  readonly concurrency?: number;
  readonly maxRate?: number;
  readonly failures?: string;
  readonly mfa?: string;
  readonly bypassGovernance?: boolean;
  readonly requestPayer?: boolean;
  readonly expectedBucketOwner?: string;
}

/** What is handed on to the provider. */
export function passedOn({
  mfa,
  bypassGovernance,
  requestPayer,
  expectedBucketOwner,
}: RmOptions): PassThrough {
  return { mfa, bypassGovernance, requestPayer, expectedBucketOwner };
}
