import { stat } from 'node:fs/promises';
import { UsageError } from '../exit-codes.js';
import type { Target } from '../session.js';
import { errorCode } from '../system-error.js';
import { pathOf } from './path-of.js';

/**
 * A path that leads to no directory has nothing under it, and that would pass for a success, or empty the target.
 *
 * @throws UsageError
 */
export async function checkSourceDirectory(target: Target): Promise<void> {
  // A prefix of a store of the configuration is no directory, and goes with the last object under it.
  const path = pathOf(target);
  if (path === undefined) return;
  const why = await stat(path).then(
    (found) => (found.isDirectory() ? undefined : 'is a file; store cp copies one'),
    (error: unknown) => {
      const code = errorCode(error);
      if (code === 'ENOENT') return 'does not exist';
      if (code === 'ENOTDIR') return 'lies in something that is not a directory';
      // Others are told by the listing.
      return undefined;
    },
  );
  if (why !== undefined)
    throw new UsageError(
      `${JSON.stringify(target.address)} ${why}: sync takes a directory, and nothing was done`,
    );
}
