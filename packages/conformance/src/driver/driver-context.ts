import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type {
  DeleteTarget,
  DriverCall,
  ListPage,
  ListPageRequest,
  StoreDriver,
  UploadsFacet,
} from '@store/core';
import { fitsXml, StoreError, type StoreErrorCode } from '@store/core';
import { expect } from 'chai';
import { defineTest, type Skip } from '../define-test.js';
import { errorOf } from '../error-of.js';
import type { Expectations } from '../suite-context.js';

/** The service behind a driver, where a test can count what arrives there and have it go wrong. */
export interface ServiceUnderTest {
  /** How many requests have been answered so far. */
  requests(): number;
  /** Refuses the next request as a service does that is busy, so that another attempt may well succeed. */
  refuseNext(): void;
  /** Never answers the next request. */
  hangNext(): void;
}

/** What a harness knows about its driver. */
export interface DriverExpectations extends Pick<Expectations, 'skip' | 'refusedKeys'> {
  /** Without it, nothing tells whether a call is one request. */
  readonly service?: ServiceUnderTest | undefined;
}

/** What a test gets. */
export interface DriverTest {
  readonly driver: StoreDriver;
  /** Of its own, ends in `/`. What is left under it is removed afterwards. */
  readonly prefix: string;
  readonly skip: Skip;
}

/** A part of the contract that a driver may lack. */
type OptionalFacet = {
  [Name in keyof StoreDriver]-?: undefined extends StoreDriver[Name] ? Name : never;
}[keyof StoreDriver];

export interface DriverContext {
  readonly expectations: DriverExpectations;
  /** One more driver on the same objects, for tests that close it. */
  readonly openAnother: () => Promise<StoreDriver>;
  readonly test: (title: string, body: (test: DriverTest) => Promise<void>) => void;
  /** Defines a test that is skipped, with the reason in its title, where the driver does not have this facet. */
  readonly testFacet: <Name extends OptionalFacet>(
    name: Name,
    title: string,
    body: (facet: NonNullable<StoreDriver[Name]>, test: DriverTest) => Promise<void>,
  ) => void;
}

export function makeDriverContext(
  expectations: DriverExpectations,
  current: () => StoreDriver,
  openAnother: () => Promise<StoreDriver>,
): DriverContext {
  const test: DriverContext['test'] = (title, body) => {
    defineTest(title, expectations.skip, async (skip) => {
      const [driver, prefix] = [current(), `conformance-${randomBytes(6).toString('hex')}/`];
      let passed = false;
      try {
        await body({ driver, prefix, skip });
        passed = true;
      } finally {
        await cleanUp(driver, prefix).catch((error: unknown) => {
          // The failure of the test tells more.
          if (passed) throw error;
        });
      }
    });
  };
  return {
    expectations,
    openAnother,
    test,
    testFacet: (name, title, body) => {
      test(title, async (given) => {
        const facet = given.driver[name];
        if (facet === undefined || facet === null) return given.skip(`this driver has no ${name}`);
        await body(facet, given);
      });
    },
  };
}

/** Most pages that a test follows: what goes on longer never ends. */
const MOST_PAGES = 300;

/** From so many objects on, one request for each takes long. */
const MANY = 200;

/** Nothing in particular goes with a call. */
export const CALL: DriverCall = {};

/** The pages of a listing to its end. */
export async function pagesOf(
  driver: StoreDriver,
  { startAfter, ...request }: Omit<ListPageRequest, 'token'>,
): Promise<ListPage[]> {
  const pages: ListPage[] = [];
  const tokens = new Set<string>();
  let page = await driver.list.page({ ...request, startAfter }, CALL);
  for (;;) {
    pages.push(page);
    const { truncated, nextToken } = page;
    if (!truncated) return pages;
    if (nextToken === undefined || tokens.has(nextToken)) {
      return expect.fail(`a truncated page has the token ${nextToken ?? 'undefined'}, which leads nowhere`);
    }
    if (pages.length > MOST_PAGES) return expect.fail(`there are more than ${MOST_PAGES} pages`);
    tokens.add(nextToken);
    page = await driver.list.page({ ...request, token: nextToken }, CALL);
  }
}

/**
 * Sends a request, and once more when its refusal has taught the driver to talk to the service in another way: `adjusted` says
 * so.
 */
export async function settled<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof StoreError && error.adjusted !== undefined) return send();
    throw error;
  }
}

/** The keys under a prefix, without the prefix, as they come. */
export async function keysIn(
  driver: StoreDriver,
  prefix: string,
  { maxKeys = driver.list.maxPageSize, startAfter }: { maxKeys?: number; startAfter?: string } = {},
): Promise<string[]> {
  const pages = await pagesOf(driver, { prefix, maxKeys, startAfter });
  return pages.flatMap(({ objects }) => objects.map(({ key }) => key.slice(prefix.length)));
}

/** Puts small objects, each with its key as its body, several at a time. */
export async function putKeys(driver: StoreDriver, keys: readonly string[]): Promise<void> {
  await each(keys, (key) => driver.write.put({ key, body: Buffer.from(key) }, CALL));
}

/** Works through a list, several at a time. */
export async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

export async function bytesOf(driver: StoreDriver, key: string, versionId?: string): Promise<Buffer> {
  const { body } = await driver.read.get({ key, versionId }, CALL);
  return buffer(body);
}

export async function textOf(driver: StoreDriver, key: string, versionId?: string): Promise<string> {
  return (await bytesOf(driver, key, versionId)).toString();
}

/** Whether there is an object: `head` finds it, or says `NotFound` as it should. */
export async function isThere(driver: StoreDriver, key: string): Promise<boolean> {
  try {
    await driver.read.head({ key }, CALL);
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'NotFound') return false;
    throw error;
  }
}

/** Expects a refusal that no other attempt would change, in the words of the contract. */
export async function expectRefusal(
  driver: StoreDriver,
  call: Promise<unknown>,
  code: StoreErrorCode,
): Promise<void> {
  const error = await errorOf(call, code);
  expect(error.provider, 'provider of the error').to.equal(driver.provider);
  expect(error.retryable, `retryable of ${code}`).to.equal(false);
  expect(error.message, 'message').not.to.equal('');
}

/** Removes what a test has left, versions and uploads too. */
async function cleanUp(driver: StoreDriver, prefix: string): Promise<void> {
  const { versions, uploads, list } = driver;
  if (uploads) await abortAll(uploads, prefix);
  for (let round = 0; round < MOST_PAGES; round++) {
    const maxKeys = list.maxPageSize;
    const found = versions
      ? (await versions.page({ prefix, maxKeys }, CALL)).versions
      : (await list.page({ prefix, maxKeys }, CALL)).objects;
    if (found.length === 0) break;
    const targets = found.map(({ key, versionId }) => (versions ? { key, versionId } : { key }));
    await deleteAll(driver, targets);
  }
}

/** Where there are many, as many with each request as it takes. */
async function deleteAll(driver: StoreDriver, targets: readonly DeleteTarget[]): Promise<void> {
  const { batch } = driver;
  if (!batch || targets.length < MANY || !targets.every(({ key }) => fitsXml(key))) {
    return each(targets, (target) => driver.delete.one(target, CALL));
  }
  for (let from = 0; from < targets.length; from += batch.maxKeys) {
    await settled(() => batch.delete(targets.slice(from, from + batch.maxKeys), CALL));
  }
}

async function abortAll(uploads: UploadsFacet, prefix: string): Promise<void> {
  for (let round = 0; round < MOST_PAGES; round++) {
    const page = await uploads.page({ prefix, maxUploads: 100 }, CALL);
    if (page.uploads.length === 0) return;
    for (const { key, uploadId } of page.uploads) await uploads.abort({ key, uploadId }, CALL);
  }
}
