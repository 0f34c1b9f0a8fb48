import { realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineOf } from '@store/engine';
import { UsageError } from './exit-codes.js';
import type { Target } from './session.js';

/**
 * Refuses to delete what is in the directory that the command runs in, or in one above it: `.` and `..` are typed by mistake,
 * and `rm` refuses them as well.
 *
 * @param command for the message
 * @param here whether the directory itself may be meant, and only those above it are refused
 * @throws UsageError
 */
export async function checkNotAround(
  { store, key, address }: Target,
  { command, here = false }: { readonly command: string; readonly here?: boolean | undefined },
): Promise<void> {
  const { place } = engineOf(store, command).driver;
  if (!place.startsWith('file:')) return;
  // Joined as a path: in a URL a `?` or a `#` of the key would be its own.
  const path = `${fileURLToPath(place)}/${key}`;
  const real = await realpath(path).catch(() => path);
  const below = relative(real, process.cwd());
  if (below === '..' || below.startsWith(`..${sep}`) || (here && below === '')) return;
  const what =
    below === ''
      ? 'is the directory that the command runs in'
      : `is ${real}, and the directory that the command runs in lies below it`;
  throw new UsageError(
    `${JSON.stringify(address)} ${what}: ${command} does not delete there; go to another directory, or name what is in it`,
  );
}
