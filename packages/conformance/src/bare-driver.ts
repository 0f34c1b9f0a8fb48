import { DEFAULT_MAX_KEY_BYTES, StoreError, type StoreDriver } from '@store/core';

/** A facet whose calls a test replaces. */
export type Replaceable<Facet> = { -readonly [Name in keyof Facet]: Facet[Name] };

function notHere(): never {
  throw new StoreError('Unsupported', 'this driver does nothing of the kind');
}

/** A driver that does nothing: what tests need of one, they add. */
export const BARE: StoreDriver = {
  provider: 'bare',
  place: 'bare:',
  keys: { maxBytes: DEFAULT_MAX_KEY_BYTES },
  list: { order: 'utf8', maxPageSize: 1000, delimiter: 'any', page: notHere },
  read: { head: notHere, get: notHere },
  write: {
    streaming: false,
    ifAbsent: false,
    ifMatch: false,
    storageClasses: false,
    put: notHere,
    copy: notHere,
  },
  delete: { ifMatch: false, passThrough: [], one: notHere },
  close: async () => undefined,
};
