// What moves and copies make of answers that are wrong, and of others who write meanwhile.
import { Readable } from 'node:stream';
import { errorOf } from '@store/conformance';
import { createObjectStore, StoreError, type ObjectStore, type StoreDriver } from '@store/core';
import { memoryDriver, MemoryObjects } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const retry = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 2 };

/** A store with one object, and a way to change what its driver does. */
async function changed(change: (driver: StoreDriver) => Partial<StoreDriver>) {
  const inner = memoryDriver({}, new MemoryObjects());
  const plain = createObjectStore(inner, { retry });
  await plain.put('from', 'a body');
  return { plain, store: createObjectStore({ ...inner, ...change(inner) }, { retry }) };
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  return (await store.listPage('')).objects.map(({ key }) => key);
}

describe('move', () => {
  it('deletes nothing that was written after the copy, with and without conditions on deletes', async () => {
    for (const ifMatch of ['batch', false] as const) {
      const { plain, store } = await changed(({ write, delete: single }) => ({
        delete: { ...single, ifMatch },
        write: {
          ...write,
          async copy(request, call) {
            const written = await write.copy(request, call);
            await write.put({ key: 'from', body: Buffer.from('new') }, call);
            return written;
          },
        },
      }));
      const error = await errorOf(store.move('from', 'to'), 'PreconditionFailed');
      expect(error).to.include({ operation: 'move', key: 'from' });
      expect(await (await plain.get('from')).text()).to.equal('new');
    }
  });

  it('deletes nothing when the copy is another one', async () => {
    for (const [body, code] of [
      ['short', 'Corrupt'],
      ['by somebody', 'PreconditionFailed'],
    ] as const) {
      const { plain, store } = await changed(({ write }) => ({
        write: {
          ...write,
          async copy({ from, to }, call) {
            const { etag } = await write.copy({ from, to }, call);
            const written = await write.put({ key: to, body: Buffer.from(body) }, call);
            return code === 'Corrupt' ? written : { key: to, etag };
          },
        },
      }));
      await errorOf(store.move('from', 'to'), code);
      expect(await keysOf(plain)).to.deep.equal(['from', 'to']);
    }
  });

  it('succeeds when the answer to its delete was lost', async () => {
    let lost = false;
    const { plain, store } = await changed(({ delete: single }) => ({
      delete: {
        ...single,
        async one(target, call) {
          const deleted = await single.one(target, call);
          if (lost) return deleted;
          lost = true;
          throw new StoreError('Unavailable', 'the answer was lost');
        },
      },
    }));
    await store.move('from', 'to');
    expect(await keysOf(plain)).to.deep.equal(['to']);
  });
});

describe('copyTo', () => {
  const LENGTH = 'a body'.length;

  /** The bodies that are given, one after the other, of an object that is said to have its real length. */
  function answering(...bodies: (() => Iterable<Buffer>)[]) {
    const ranges: unknown[] = [];
    const change = ({ read }: StoreDriver): Partial<StoreDriver> => ({
      read: {
        ...read,
        async get(request, call) {
          ranges.push(request.range);
          const { info } = await read.get({ ...request, range: undefined }, call);
          return { info, body: Readable.from(bodies.shift()?.() ?? [], { objectMode: false }) };
        },
      },
    });
    return { ranges, change };
  }

  function* broken(text: string): Generator<Buffer> {
    yield Buffer.from(text);
    throw new StoreError('Unavailable', 'the connection broke');
  }

  async function target() {
    const store = createObjectStore(memoryDriver({}, new MemoryObjects()), { retry });
    return store;
  }

  it('writes nothing of a body that is too short or too long', async () => {
    for (const text of ['a bod', 'a body!']) {
      const { change } = answering(() => [Buffer.from(text)]);
      const { store } = await changed(change);
      const to = await target();
      const error = await errorOf(store.copyTo('from', to, 'to', { partBytes: 2 }), 'Corrupt');
      expect(error.reason).to.include(`${text.length} bytes came, and the object has ${LENGTH}`);
      expect(await keysOf(to)).to.deep.equal([]);
    }
  });

  it('goes on where a body broke off', async () => {
    const { ranges, change } = answering(
      () => broken('a '),
      () => broken('bo'),
      () => [Buffer.from('dy')],
    );
    const { store } = await changed(change);
    const to = await target();
    await store.copyTo('from', to, 'to');
    expect(await (await to.get('to')).text()).to.equal('a body');
    expect(ranges).to.deep.equal([undefined, { start: 2 }, { start: 4 }]);
  });

  it('gives up when no byte comes any more', async () => {
    const { ranges, change } = answering(
      () => broken('a '),
      () => broken(''),
    );
    const { store } = await changed(change);
    const to = await target();
    await errorOf(store.copyTo('from', to, 'to'), 'Unavailable');
    expect(ranges).to.have.length(2);
    expect(await keysOf(to)).to.deep.equal([]);
  });

  it('makes no object of two states of one', async () => {
    const { plain, store } = await changed(({ read }) => ({
      read: {
        ...read,
        async get(request, call) {
          const { info, body } = await read.get(request, call);
          if (request.range) return { info, body };
          body.destroy();
          await plain.put('from', 'other!');
          return { info, body: Readable.from(broken('a b'), { objectMode: false }) };
        },
      },
    }));
    const to = await target();
    await errorOf(store.copyTo('from', to, 'to'), 'PreconditionFailed');
    expect(await keysOf(to)).to.deep.equal([]);
  });

  it('succeeds with no copy of another size', async () => {
    const { store } = await changed(() => ({}));
    const inner = memoryDriver({}, new MemoryObjects());
    const to = createObjectStore({
      ...inner,
      write: {
        ...inner.write,
        put: ({ key }, call) => inner.write.put({ key, body: Buffer.from('less') }, call),
      },
    });
    await errorOf(store.copyTo('from', to, 'to'), 'Corrupt');
  });

  it('keeps to the parts that the target takes', async () => {
    const { store } = await changed(() => ({}));
    const inner = memoryDriver({}, new MemoryObjects());
    const { multipart } = inner;
    const sizes: number[] = [];
    const to = createObjectStore({
      ...inner,
      multipart: multipart && {
        ...multipart,
        maxParts: 2,
        part: (request, call) => {
          sizes.push(request.body.length);
          return multipart.part(request, call);
        },
      },
    });
    await store.copyTo('from', to, 'to', { partBytes: 1 });
    expect(sizes).to.deep.equal([3, 3]);
  });
});

describe('listPage', () => {
  it('does not go back, and not on where it began', async () => {
    const inner = memoryDriver({ maxPageSize: 1 }, new MemoryObjects());
    const plain = createObjectStore(inner);
    for (const key of ['a', 'b', 'c']) await plain.put(key, key);
    const { nextToken: token = '' } = await plain.listPage('');
    const stuck = createObjectStore(
      {
        ...inner,
        list: {
          ...inner.list,
          page: (request, call) => inner.list.page({ ...request, token: undefined }, call),
        },
      },
      { retry },
    );
    await errorOf(stuck.listPage('', { token }), 'Corrupt');
    const same = createObjectStore(
      {
        ...inner,
        list: {
          ...inner.list,
          page: async (request, call) => ({
            ...(await inner.list.page(request, call)),
            nextToken: request.token,
          }),
        },
      },
      { retry },
    );
    await errorOf(same.listPage('', { token }), 'Corrupt');
  });

  it('gives what cannot be named with the page', async () => {
    const inner = memoryDriver({}, new MemoryObjects());
    const unnameable = [
      { name: '\\xFF', reason: { code: 'Unsupported', message: 'no', retryable: false } },
    ] as const;
    const store = createObjectStore({
      ...inner,
      list: { ...inner.list, page: async (...args) => ({ ...(await inner.list.page(...args)), unnameable }) },
    });
    expect((await store.listPage('')).unnameable).to.deep.equal(unnameable);
  });
});
