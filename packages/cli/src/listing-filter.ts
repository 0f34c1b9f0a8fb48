import {
  StoreError,
  type CommonPrefix,
  type ObjectInfo,
  type Unnameable,
  type VersionInfo,
} from '@store/core';
import { compileFilter, leftOutFilter, selectionOptions, type Selection } from '@store/deletion/filters';
import type { Option } from 'commander';
import { flagsOf } from './table-flags.js';

/** The flags of commands that list what is under a prefix. */
export function listingFlags(): Iterable<Option> {
  return flagsOf(selectionOptions.table, () => 'What to list:');
}

/** Which entries of a listing are asked for, by the filters that choose what other commands copy and delete. */
export class ListingFilter {
  readonly #isMeant: (object: ObjectInfo) => boolean;
  readonly #mayBe: ReturnType<typeof leftOutFilter>;

  /** @param values of {@link listingFlags}, beside others @throws StoreError `InvalidArgument` for a glob that cannot be read */
  constructor(prefix: string, values: Readonly<Record<string, unknown>>) {
    const selection: Selection = selectionOptions.take(values);
    const filter = compileFilter(prefix, selection, Date.now());
    this.#mayBe = leftOutFilter(prefix, selection);
    this.#isMeant = (object) => {
      const verdict = filter(object);
      if (typeof verdict === 'boolean') return verdict;
      const { code, message } = verdict;
      throw new StoreError(code, message, { operation: 'list', key: object.key });
    };
  }

  /** An object or a version; of a group, whether something in it may be asked for. @throws StoreError where nobody knows */
  readonly has = (entry: ObjectInfo | VersionInfo | CommonPrefix): boolean => {
    if ('key' in entry) return this.#isMeant(entry);
    const { prefix } = entry;
    return this.#mayBe({ name: prefix, at: prefix, kind: '', directory: true });
  };

  /** Something that no request can name. */
  readonly hasStrange = ({ name, at }: Unnameable): boolean =>
    this.#mayBe({ name, at, kind: '', directory: at?.endsWith('/') });
}
