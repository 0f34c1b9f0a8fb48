import type { StoreDriver } from '@store/core';

/** Stores that come and go while they are served, each a bucket of its name: `DirectoryStores` of `@store/fs` is one. */
export interface StoreSource {
  list(): Promise<readonly { readonly name: string; readonly created: Date }[]>;
  /** The same driver for a name as long as its store is there. @throws StoreError where nobody can say whether it is */
  find(name: string): StoreDriver | undefined;
  /** Where clients may make stores. @throws StoreError `Conflict` when somebody was faster */
  create?(name: string): Promise<void>;
  /** Where clients may remove stores. @throws StoreError `Conflict` for one that is not empty */
  remove?(name: string): Promise<void>;
}
