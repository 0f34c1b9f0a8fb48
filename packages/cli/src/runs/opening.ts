import { UsageError } from '../exit-codes.js';
import type { Session } from '../session.js';

/** How a journal says that its store is opened again. */
export interface Opening {
  readonly address?: string | undefined;
  /** The configuration that the address is a name in. */
  readonly config?: string | undefined;
}

/** What may be a secret in the query of a URL. */
const SECRET =
  /[?&][^=&]*(?:secret|token|password|passwd|signature|credential|access-?_?key|\bak\b|\bsk\b)[^=&]*=/i;

/** Somebody in the URL of an endpoint. */
const ENDPOINT_SECRET = /[?&]endpoint=[^&]*(?:@|%40)/i;

/** Names the store by its name in the configuration, or by a URL: by none that has credentials in it. */
export async function openingOf(session: Pick<Session, 'locate'>, address: string): Promise<Opening> {
  const { key, named, address: whole = address } = await session.locate(address);
  if (named) return { address: `${named.name}:${key}`, config: named.file.path };
  const authority = /^[^:]*:\/\/([^/?#]*)/.exec(whole)?.[1] ?? '';
  return authority.includes('@') || ENDPOINT_SECRET.test(whole) || SECRET.test(whole)
    ? {}
    : { address: whole };
}

/**
 * Where a journal says that the store of its run is.
 *
 * @throws UsageError when it does not say it
 */
export function addressOfRun(
  session: Pick<Session, 'expectConfig'>,
  name: string,
  { address, config, place }: Opening & { readonly place: string },
): string {
  if (address === undefined)
    throw new UsageError(`the journal of ${name} does not say how ${place} is opened; name the store`);
  if (config !== undefined) session.expectConfig(config);
  return address;
}
