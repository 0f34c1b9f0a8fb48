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

/** Names the store by its name in the configuration, or by a URL: by none that has credentials in it. */
export async function openingOf(session: Pick<Session, 'locate'>, address: string): Promise<Opening> {
  const { key, named } = await session.locate(address);
  if (named) return { address: `${named.name}:${key}`, config: named.file.path };
  const authority = /^[^:]*:\/\/([^/?#]*)/.exec(address)?.[1] ?? '';
  return authority.includes('@') || SECRET.test(address) ? {} : { address };
}
