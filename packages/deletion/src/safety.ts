import { assertPrefix, quoteKey, StoreError } from '@store/driver';

/** What a caller has to say to mean more than a directory. */
export interface PrefixLeave {
  readonly partialName?: boolean | undefined;
  readonly entireStore?: boolean | undefined;
}

/**
 * Refuses prefixes that mean more than they seem to: one that does not end in `/` also matches siblings, the
 * empty one matches everything.
 *
 * @throws StoreError `InvalidArgument`
 */
export function checkPrefix(prefix: string, options: PrefixLeave, operation = 'deletePrefix'): void {
  assertPrefix(prefix, operation);
  const refused = (message: string): StoreError => new StoreError('InvalidArgument', message, { operation });
  if (prefix === '') {
    if (options.entireStore) return;
    throw refused('the empty prefix means every object in the store; set entireStore to delete them all');
  }
  if (options.entireStore) {
    throw refused(`entireStore goes with the empty prefix, not with ${quoteKey(prefix)}`);
  }
  if (!prefix.endsWith('/') && !options.partialName) {
    throw refused(
      `the prefix ${quoteKey(prefix)} does not end in "/", so it also matches longer names such as ` +
        `${quoteKey(`${prefix}2`)}; end it with "/", or set partialName when that is meant`,
    );
  }
}
