import type { AddressSettings } from '@store/core';
import { addressSettings } from '../address-settings.js';
import { flagOf } from '../address-flags.js';
import { UsageError } from '../exit-codes.js';
import { openingOf } from '../runs/opening.js';
import type { Session } from '../session.js';

/** Providers whose URLs are paths of one machine. */
const OF_ONE_MACHINE: ReadonlySet<string> = new Set(['files', 'fs', 'memory']);

const NAMED = 'give it a name in the configuration of every worker, and write NAME:prefix/';

/**
 * An address as every worker of a fleet can open it: of a store of the configuration, or the URL of a bucket that says all by itself.
 * It goes to Redis, and comes from there: a worker that took paths would delete what is on its own disk for whoever writes there.
 *
 * @param given flags that say where buckets of URLs are
 * @throws UsageError for what another machine does not know
 */
export async function sharedAddress(
  session: Pick<Session, 'locate'>,
  address: string,
  given: AddressSettings = {},
): Promise<string> {
  const { named, provider } = await session.locate(address);
  const shown = JSON.stringify(address.replace(/\?[^]*$/, ''));
  if (!named) {
    if (OF_ONE_MACHINE.has(provider))
      throw new UsageError(`${shown} is a path of this machine, which no worker of a fleet has; ${NAMED}`);
    const [flag] = Object.keys(addressSettings(given)) as (keyof AddressSettings)[];
    if (flag !== undefined) {
      throw new UsageError(
        `${flagOf(flag)} is not known to the workers of a fleet; write it into the address (${shown.slice(1, -1)}?…), or ${NAMED}`,
      );
    }
    if (/[?&]profile=[^?]*$/.test(address))
      throw new UsageError(
        `a profile is in a file of this machine, which no worker of a fleet has; ${NAMED}`,
      );
  }
  const { address: whole } = await openingOf(session, address);
  if (whole === undefined)
    throw new UsageError(`${shown} has something secret in it, which does not belong into Redis; ${NAMED}`);
  return whole;
}
