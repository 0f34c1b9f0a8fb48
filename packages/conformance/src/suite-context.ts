import { randomBytes } from 'node:crypto';
import type { ObjectStore } from '@store/core';
import { defineTest, type Skip } from './define-test.js';
import type { Need } from './needs.js';

/** What a harness knows about its store that the capabilities do not say. */
export interface Expectations {
  /** Tests that this store cannot pass: full title → why, in a sentence. They show as pending, with the reason. */
  readonly skip?: Readonly<Record<string, string>> | undefined;
  /** Awkward keys that this store refuses: key → why. It has to refuse them with `InvalidArgument`. */
  readonly refusedKeys?: Readonly<Record<string, string>> | undefined;
  /** The store holds nothing else, so that deleting the entire store can be tested. Default false. */
  readonly isolated?: boolean | undefined;
  /** How many keys the test with several batches makes. Default 2500; 0 leaves it out. */
  readonly manyKeys?: number | undefined;
  /** Puts small objects into the store without a request each, for that test. Default: a `put` for each. */
  readonly seed?: ((keys: readonly string[]) => Promise<void>) | undefined;
}

/** What each group of tests works with. */
export interface SuiteContext {
  readonly expectations: Expectations;
  /** The store; open from `before` to `after`. */
  readonly store: () => ObjectStore;
  /** One more store on the same objects, for tests that close it. */
  readonly openAnother: () => Promise<ObjectStore>;
  /**
   * Defines a test. It gets the store and a prefix of its own that ends in `/`; what it leaves under the
   * prefix is removed afterwards.
   */
  readonly test: (title: string, body: TestBody) => void;
  /** Defines a test that is skipped, with the reason in its title, unless the store can do all of this. */
  readonly testIf: (needs: readonly Need[], title: string, body: TestBody) => void;
}

type TestBody = (store: ObjectStore, prefix: string, skip: Skip) => Promise<void>;

export function makeContext(
  expectations: Expectations,
  store: () => ObjectStore,
  openAnother: () => Promise<ObjectStore>,
): SuiteContext {
  const testIf: SuiteContext['testIf'] = (needs, title, body) => {
    defineTest(title, expectations.skip, async (skip) => {
      const unmet = needs.find(({ isMet }) => !isMet(store().capabilities));
      if (unmet) skip(unmet.otherwise);
      const prefix = `conformance-${randomBytes(6).toString('hex')}/`;
      try {
        await body(store(), prefix, skip);
      } finally {
        await store().deletePrefix(prefix);
      }
    });
  };
  return { expectations, store, openAnother, testIf, test: (title, body) => testIf([], title, body) };
}

/** The whole of an iteration. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The keys of a flat listing, without the prefix. */
export async function keysUnder(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await collect(store.list(prefix))).map(({ key }) => key.slice(prefix.length));
}

/** Puts small objects, several at a time. */
export async function putAll(store: ObjectStore, keys: readonly string[]): Promise<void> {
  const queue = [...keys];
  const worker = async (): Promise<void> => {
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) await store.put(key, key);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** Puts many small objects, in the quickest way that the harness knows. */
export async function putMany(
  { seed }: Expectations,
  store: ObjectStore,
  keys: readonly string[],
): Promise<void> {
  await (seed ? seed(keys) : putAll(store, keys));
}

/** In the order of UTF-8 bytes, reckoned apart from the library's own comparison. */
export function inByteOrder(keys: readonly string[]): string[] {
  return [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
