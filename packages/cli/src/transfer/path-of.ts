import { fileURLToPath } from 'node:url';
import { engineOf } from '@store/engine';
import { fileUrlOf } from '../local-path.js';
import type { Target } from '../session.js';

/** The file or directory that an address means; undefined for one of a store of the configuration, which is no path. */
export function pathOf({ store, key, address }: Target): string | undefined {
  const { place } = engineOf(store, 'session').driver;
  const isPath = fileUrlOf(address) !== undefined || address.startsWith('file:');
  return isPath && place.startsWith('file:') ? `${fileURLToPath(place)}/${key}` : undefined;
}
