import { StoreError } from '@store/core';

/** What a URL says of where a fleet meets, without the user and the password. */
export interface PlaceName {
  readonly kind: 'redis' | 'postgres';
  /** `host:port` */
  readonly where: string;
  readonly hasPassword: boolean;
}

const KINDS: Readonly<Record<string, { readonly kind: PlaceName['kind']; readonly port: string }>> = {
  'redis:': { kind: 'redis', port: '6379' },
  'rediss:': { kind: 'redis', port: '6379' },
  'postgres:': { kind: 'postgres', port: '5432' },
  'postgresql:': { kind: 'postgres', port: '5432' },
};

/** @throws StoreError `InvalidArgument` for what is no URL of a place where a fleet can meet */
export function placeOf(url: string): PlaceName {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const known = parsed && KINDS[parsed.protocol];
  if (!known || parsed.hostname === '') {
    // It may have a password, so it is not repeated.
    const form =
      'redis://[user:password@]host[:port][/database], rediss:// for TLS, or postgres://user[:password]@host[:port]/database';
    throw new StoreError(
      'InvalidArgument',
      `that is no URL of Redis or PostgreSQL; it has to look like ${form}`,
    );
  }
  const { hostname, port, username, password } = parsed;
  return {
    kind: known.kind,
    where: `${hostname}:${port || known.port}`,
    hasPassword: password !== '' || (known.kind === 'redis' && username !== ''),
  };
}
