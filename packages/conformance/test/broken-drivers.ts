// Drivers that are wrong in one way each that the portable layer makes up for, at a price: more requests, waits, answers
// that are not those of the service. Run by driver-suite.test.ts in a process of its own: the suite of drivers has to
// find them out, where that of stores does not.
import { randomUUID } from 'node:crypto';
import { createObjectStore, StoreError, type DriverCall, type StoreDriver } from '@store/core';
import { describeObjectStore, describeStoreDriver } from '@store/conformance';
import { memoryDriver } from '@store/memory';
import { localService } from './local-service.js';

type Break = (inner: StoreDriver) => Partial<StoreDriver>;

const DEAF: DriverCall = {};

function retryableOf(error: unknown): StoreError | undefined {
  return error instanceof StoreError && error.retryable ? error : undefined;
}

const BROKEN: Readonly<Record<string, Break>> = {
  'gives more than was asked for': ({ list }) => ({
    list: {
      ...list,
      page: (request, call) => list.page({ ...request, maxKeys: request.maxKeys + 1 }, call),
    },
  }),
  'knows each token once': ({ list }) => {
    const cursors = new Map<string, string | undefined>();
    return {
      list: {
        ...list,
        page: async ({ token, ...request }, call) => {
          if (token !== undefined && !cursors.has(token)) {
            throw new StoreError('InvalidArgument', 'the cursor is closed');
          }
          const page = await list.page({ ...request, token: token && cursors.get(token) }, call);
          if (token !== undefined) cursors.delete(token);
          const nextToken = randomUUID();
          if (page.truncated) cursors.set(nextToken, page.nextToken);
          return { ...page, nextToken: page.truncated ? nextToken : undefined };
        },
      },
    };
  },
  'retries by itself': ({ read }) => ({
    read: {
      ...read,
      head: (request, call) =>
        read.head(request, call).catch((error: unknown) => {
          if (retryableOf(error)) return read.head(request, call);
          throw error;
        }),
    },
  }),
  'takes two requests for one call': ({ read, write }) => ({
    write: {
      ...write,
      put: async (request, call) => {
        await read.head({ key: request.key }, call).catch(() => undefined);
        return write.put(request, call);
      },
    },
  }),
  'calls a condition that did not hold worth another attempt': ({ write }) => ({
    write: {
      ...write,
      put: (request, call) =>
        write.put(request, call).catch((error: unknown) => {
          if (!(error instanceof StoreError) || error.code !== 'PreconditionFailed') throw error;
          const { code, message, provider, key } = error;
          throw new StoreError(code, message, { provider, key, operation: 'put', retryable: true });
        }),
    },
  }),
  'does not account for the last key of a batch': ({ batch }) => ({
    batch: batch && {
      ...batch,
      delete: async (targets, call) => {
        const answer = await batch.delete(targets, call);
        const named = Math.max(1, answer.deleted.length - 1);
        return { ...answer, deleted: answer.deleted.slice(0, named) };
      },
    },
  }),
  'takes half of the keys of a batch that it states': ({ batch }) => ({
    batch: batch && {
      ...batch,
      delete: async (targets, call) => {
        if (targets.length > batch.maxKeys / 2) throw new StoreError('InvalidArgument', 'too many keys');
        return batch.delete(targets, call);
      },
    },
  }),
  'does not hear its signal': ({ delete: deletes }) => ({
    delete: { ...deletes, one: (target) => deletes.one(target, DEAF) },
  }),
  'gives all parts in one page': ({ multipart }) => ({
    multipart: multipart && {
      ...multipart,
      parts: (request, call) => multipart.parts({ ...request, maxParts: 1000 }, call),
    },
  }),
  'fails when it is closed again': () => {
    let closed = false;
    return {
      close: async () => {
        if (closed) throw new Error('closed already');
        closed = true;
      },
    };
  },
};

for (const [name, change] of Object.entries(BROKEN)) {
  const service = localService(memoryDriver());
  const open = (): StoreDriver => ({ ...service.driver, ...change(service.driver) });
  describeStoreDriver(name, async () => open(), { service });
  const retry = { baseDelayMs: 1, maxDelayMs: 1 };
  describeObjectStore(name, async () => createObjectStore(open(), { retry }), { manyKeys: 600 });
}
