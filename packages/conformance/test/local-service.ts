import { StoreError, type StoreDriver } from '@store/core';
import type { ServiceUnderTest } from '@store/conformance';

/** A driver whose every call counts as a request to a service that can be made to go wrong. */
export interface LocalService extends ServiceUnderTest {
  readonly driver: StoreDriver;
}

export function localService(inner: StoreDriver): LocalService {
  let requests = 0;
  let next: 'answer' | 'refuse' | 'hang' = 'answer';
  const serve = async (send: () => unknown, signal: AbortSignal | undefined): Promise<unknown> => {
    const how = next;
    next = 'answer';
    if (how === 'hang') {
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new StoreError('Aborted', 'the caller ended it')));
      });
    }
    requests++;
    if (how === 'refuse') throw new StoreError('Unavailable', 'busy', { provider: inner.provider });
    return send();
  };
  const served = <Facet extends object>(facet: Facet): Facet => {
    const members = Object.entries(facet).map(([name, member]: [string, unknown]) => {
      if (typeof member !== 'function') return [name, member];
      const call = (...args: { signal?: AbortSignal }[]): Promise<unknown> =>
        serve(() => Reflect.apply(member, undefined, args), args.at(-1)?.signal);
      return [name, call];
    });
    // Member by member of the same types.
    return Object.fromEntries(members) as Facet;
  };
  return {
    driver: {
      ...inner,
      list: served(inner.list),
      read: served(inner.read),
      write: served(inner.write),
      delete: served(inner.delete),
      batch: inner.batch && served(inner.batch),
    },
    requests: () => requests,
    refuseNext: () => {
      next = 'refuse';
    },
    hangNext: () => {
      next = 'hang';
    },
  };
}
