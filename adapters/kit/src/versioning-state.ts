import type { VersioningState } from '@store/driver';
import { undocumented } from './undocumented.js';

/** Nothing is said of a bucket that never had versions. */
const VERSIONING_STATES: Readonly<Record<string, VersioningState>> = {
  '': 'off',
  Enabled: 'enabled',
  Suspended: 'suspended',
};

/**
 * What a bucket's `Status` of versioning means.
 *
 * @throws StoreError `Corrupt` for a word that is not documented
 */
export function versioningState(status: string | undefined): VersioningState {
  const state = VERSIONING_STATES[status ?? ''];
  if (state !== undefined) return state;
  throw undocumented(`the service says of versioning ${JSON.stringify(status)}`);
}
