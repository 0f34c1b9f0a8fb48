import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStore } from '@store/core';
import { copyPrefix, movePrefix, syncPrefix } from '@store/transfer';
import fc from 'fast-check';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { expectClosedBooks } from './books.js';
import { contentsOf } from './contents.js';
import { open } from './open.js';

const RUNS = Number(process.env['SOAK'] ?? 1) * 40;

/** Few of them, so that both ends often have the same. Those that a directory could not have beside one another too. */
const PIECE = fc.constantFrom(
  'a',
  'b',
  'a/',
  'b/',
  'é',
  '\u{1f600}',
  '\uffee',
  ' ',
  '%',
  '+',
  '.',
  '..',
  'A',
  '0',
);
const REST = fc.array(PIECE, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));
const TREE = fc.dictionary(REST, fc.constantFrom('', 'x', 'y', 'longer'), {
  maxKeys: 12,
  noNullPrototype: true,
});
const CASE = fc.record({
  source: TREE,
  target: TREE,
  outside: TREE,
  exclude: fc.option(fc.constantFrom('a*', '**/b', '[!a]*')),
});

type Tree = Readonly<Record<string, string>>;

async function fill(store: ObjectStore, prefix: string, tree: Tree): Promise<void> {
  for (const [rest, text] of Object.entries(tree)) await store.put(prefix + rest, text);
}

async function textsOf(store: ObjectStore): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for await (const { key } of store.list('')) texts[key] = await (await store.get(key)).text();
  return texts;
}

/** What a glob of the cases leaves out; written without the library. */
function isExcluded(rest: string, glob: string | null): boolean {
  if (glob === 'a*') return rest.startsWith('a') && !rest.includes('/');
  if (glob === '**/b') return rest === 'b' || rest.endsWith('/b');
  return glob === '[!a]*' && !rest.startsWith('a') && !rest.includes('/');
}

function under(prefix: string, tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).map(([rest, text]) => [prefix + rest, text]));
}

describe('transfers of random trees', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'transfer-property-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));
  let made = 0;

  const pairs: Readonly<Record<string, () => Promise<readonly [ObjectStore, ObjectStore]>>> = {
    'memory to memory': async () => [
      await open({ provider: 'memory', maxPageSize: 2 }),
      await open({ provider: 'memory', maxPageSize: 3 }),
    ],
    'fs to memory': async () => [await openFs(), await open({ provider: 'memory', maxPageSize: 2 })],
    'memory to fs': async () => [await open({ provider: 'memory', maxPageSize: 2 }), await openFs()],
    'inside of memory': async () => {
      const store = await open({ provider: 'memory', maxPageSize: 2 });
      return [store, store];
    },
  };
  const openFs = () =>
    open({ provider: 'fs', root: join(directory, String(made++)), create: true, fsync: false });

  for (const [name, openBoth] of Object.entries(pairs)) {
    it(`syncPrefix makes the target equal, and touches nothing else: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(CASE, async ({ source, target, outside, exclude }) => {
          const [from, to] = await openBoth();
          await fill(from, 'from/', source);
          await fill(to, 'to/', target);
          await fill(to, 'beside/', outside);
          await fill(
            to,
            'to',
            Object.fromEntries(Object.entries(outside).map(([rest, text]) => [`x${rest}`, text])),
          );
          const before = await textsOf(from);
          const outsideBefore = Object.fromEntries(
            Object.entries(await textsOf(to)).filter(([key]) => !key.startsWith('to/')),
          );
          const globs = exclude === null ? {} : { exclude };
          const report = await syncPrefix(
            { store: from, prefix: 'from/' },
            { store: to, prefix: 'to/' },
            { compare: 'checksum', delete: true, force: true, ...globs },
          );
          expectClosedBooks(report);
          expect(report.complete).to.equal(true);
          const meant = Object.entries(source).filter(([rest]) => !isExcluded(rest, exclude));
          const kept = Object.entries(target).filter(([rest]) => isExcluded(rest, exclude));
          const expected = { ...outsideBefore, ...under('to/', Object.fromEntries([...kept, ...meant])) };
          expect(await textsOf(to)).to.deep.equal(expected);
          if (from !== to) expect(await textsOf(from)).to.deep.equal(before);
          await from.close();
          if (to !== from) await to.close();
        }),
        { numRuns: RUNS },
      );
    });

    it(`copyPrefix adds, and movePrefix takes away what it added: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(CASE, async ({ source, target, outside }) => {
          const [from, to] = await openBoth();
          await fill(from, 'from/', source);
          await fill(to, 'to/', target);
          await fill(to, 'beside/', outside);
          const there = await textsOf(to);
          const copied = await copyPrefix({ store: from, prefix: 'from/' }, { store: to, prefix: 'to/' });
          expectClosedBooks(copied);
          expect(copied).to.deep.include({ complete: true, copied: Object.keys(source).length });
          expect(await textsOf(to)).to.deep.equal({ ...there, ...under('to/', source) });
          const moved = await movePrefix({ store: from, prefix: 'from/' }, { store: to, prefix: 'moved/' });
          expectClosedBooks(moved);
          expect(moved.complete).to.equal(true);
          expect(await contentsOf(from, 'from/')).to.deep.equal({});
          const after = await textsOf(to);
          for (const [key, text] of Object.entries(under('moved/', source)))
            expect(after[key]).to.equal(text);
          expect(Object.keys(after).filter((key) => key.startsWith('moved/'))).to.have.length(
            Object.keys(source).length,
          );
          await from.close();
          if (to !== from) await to.close();
        }),
        { numRuns: RUNS },
      );
    });
  }
}).timeout(300_000);
