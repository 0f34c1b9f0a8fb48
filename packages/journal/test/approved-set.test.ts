import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf, expectClosedBooks } from '@store/conformance';
import { createObjectStore, type DeletePrefixOptions, type ObjectStore } from '@store/core';
import { applySet, journalFile, resumeDeletion, writeSet } from '@store/journal';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'set-'));
});
after(() => rmSync(directory, { recursive: true }));

let files = 0;
const newPath = (): string => join(directory, `${files++}.jsonl`);

/** A store with and one without deletes on condition: what the provider cannot check is listed again. */
const DRIVERS = {
  'with conditional deletes': () => memoryDriver({ maxPageSize: 7 }),
  'without them': () => {
    const driver = memoryDriver({ maxPageSize: 7 });
    return { ...driver, versions: driver.versions, delete: { ...driver.delete, ifMatch: false as const } };
  },
};

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

for (const [name, makeDriver] of Object.entries(DRIVERS)) {
  describe(`an approved set, on a store ${name}`, () => {
    async function filled(): Promise<ObjectStore> {
      const store = createObjectStore(makeDriver());
      for (let i = 0; i < 40; i++) await store.put(`p/${String(i).padStart(2, '0')}`, `body ${i}`);
      await store.put('q/other', 'x');
      return store;
    }

    it('deletes what it names, and leaves and names what has changed, gone or come since', async () => {
      const store = await filled();
      const path = newPath();
      const { set, report } = await writeSet(store, 'p/', path, { exclude: '*9' });
      expect(set).to.deep.include({ count: 36 });
      expect(report).to.include({ matched: 36, deleted: 0 });
      expect((await keysOf(store)).length).to.equal(41);
      await store.put('p/05', 'another body');
      await store.put('p/051', 'new');
      await store.delete('p/06');
      await store.delete('p/38');
      const named: string[] = [];
      const applied = await applySet(store, path, {
        onLeft: ({ entry, why }) => named.push(`${entry.key} ${why}`),
      });
      expect(named).to.deep.equal(['p/05 changed', 'p/06 gone', 'p/38 gone']);
      expect(applied).to.include({ approved: 36, gone: 2, changed: 1 });
      expect(applied.deletion).to.include({ deleted: 33, failed: 0, skipped: 0 });
      expectClosedBooks(applied.deletion);
      expect(await keysOf(store)).to.deep.equal(['p/05', 'p/051', 'p/09', 'p/19', 'p/29', 'p/39', 'q/other']);
      // Once more: there is nothing left that it means.
      const again = await applySet(store, path);
      expect(again).to.include({ gone: 35, changed: 1 });
      expect(again.deletion.deleted).to.equal(0);
    });

    it('is refused by another store, cut, changed, or with keys outside its prefix: before anything is deleted', async () => {
      const store = await filled();
      const path = newPath();
      await writeSet(store, 'p/', path);
      const text = readFileSync(path, 'utf8');
      const lines = text.trimEnd().split('\n');
      const tampered: Readonly<Record<string, string>> = {
        empty: '',
        'another file': 'hello\n',
        cut: text.slice(0, -40),
        'without its end': `${lines.slice(0, -1).join('\n')}\n`,
        'a line less': [...lines.slice(0, 5), ...lines.slice(6), ''].join('\n'),
        'another key': text.replace('"p/07"', '"p/70"'),
        'a key outside': text.replace('"p/07"', '"q/other"'),
        'another format': text.replace('"format":1', '"format":2'),
        'not JSON': text.replace('{"key":"p/07"', '{"key:"p/07"'),
        'more behind it': `${text}{}\n`,
      };
      for (const [what, content] of Object.entries(tampered)) {
        const other = newPath();
        writeFileSync(other, content);
        const error = await errorOf(applySet(store, other));
        expect(error, what).to.have.property('code', 'Corrupt');
        expect(error.message, what).to.contain(other);
      }
      const elsewhere = createObjectStore({ ...makeDriver(), place: 'memory:elsewhere' });
      expect(await errorOf(applySet(elsewhere, path))).to.have.property('code', 'InvalidArgument');
      expect(await errorOf(applySet(store, join(directory, 'none')))).to.have.property(
        'code',
        'InvalidArgument',
      );
      expect((await keysOf(store)).length).to.equal(41);
    });

    it('is not written where it cannot be, and not by half', async () => {
      const store = await filled();
      const error = await errorOf(writeSet(store, 'p/', join(directory, 'no', 'such', 'directory')));
      expect(error).to.have.property('code', 'InvalidArgument');
      const path = newPath();
      expect(await errorOf(writeSet(store, 'p/', path, { signal: AbortSignal.abort() }))).to.have.property(
        'code',
        'Aborted',
      );
      expect(await errorOf(applySet(store, path))).to.have.property('code', 'InvalidArgument');
    });
  });
}

describe('an approved set of versions', () => {
  for (const options of [
    { versions: 'all' },
    { versions: 'noncurrent', deleteMarkers: 'expired' },
    { versions: 'all', deleteMarkers: 'keep' },
  ] satisfies DeletePrefixOptions[]) {
    it(`comes to what the run itself comes to: ${JSON.stringify(options)}`, async () => {
      const fill = async (): Promise<ObjectStore> => {
        const store = createObjectStore(memoryDriver({ versioning: 'enabled', maxPageSize: 4 }));
        for (let i = 0; i < 12; i++) {
          for (let n = 0; n <= i % 4; n++) await store.put(`p/${i}`, `${n}`);
          if (i % 3 === 0) await store.delete(`p/${i}`);
          if (i % 6 === 0) await store.put(`p/${i}`, 'back');
        }
        await store.delete('p/never');
        return store;
      };
      const left = async (store: ObjectStore): Promise<string[]> => {
        const found: string[] = [];
        for await (const { key, deleteMarker, size } of store.listVersions(''))
          found.push(`${key} ${deleteMarker} ${size}`);
        return found;
      };
      const [one, other] = [await fill(), await fill()];
      const path = newPath();
      const { set } = await writeSet(one, 'p/', path, options);
      const applied = await applySet(one, path);
      const run = await other.deletePrefix('p/', options);
      expect(applied.deletion.deleted).to.equal(run.deleted).and.to.equal(set.count);
      expect(applied).to.include({ gone: 0, changed: 0 });
      expect(await left(one)).to.deep.equal(await left(other));
    });
  }

  it('leaves versions that were written since', async () => {
    const store = createObjectStore(memoryDriver({ versioning: 'enabled' }));
    for (const body of ['1', '2']) await store.put('p/a', body);
    const path = newPath();
    await writeSet(store, 'p/', path, { versions: 'all' });
    await store.put('p/a', '3');
    const applied = await applySet(store, path);
    expect(applied.deletion.deleted).to.equal(2);
    expect((await store.head('p/a')).size).to.equal(1);
    expect(await (await store.get('p/a')).text()).to.equal('3');
  });
});

describe('where', () => {
  it('keeps what it does not mean, and a run with it is not resumed without', async () => {
    const store = createObjectStore(memoryDriver());
    for (let i = 0; i < 30; i++) await store.put(`p/${i}`, 'x'.repeat(i));
    const path = newPath();
    const where = ({ size = 0 }: { readonly size?: number | undefined }): boolean => size % 2 === 0;
    const journal = journalFile(path);
    const signal = AbortSignal.abort();
    await store.deletePrefix('p/', { where, journal, signal });
    appendFileSync(path, '');
    const error = await errorOf(resumeDeletion(store, path));
    expect(error.message).to.contain('where');
    const other = await errorOf(store.deletePrefix('p/', { journal: journalFile(path) }));
    expect(other.message).to.contain('where');
    const report = await resumeDeletion(store, path, { where });
    expect(report).to.include({ deleted: 15, filtered: 15, complete: true });
    expect((await keysOf(store)).length).to.equal(15);
  });

  it('is no function that answers later: a promise would mean everything', async () => {
    const store = createObjectStore(memoryDriver());
    await store.put('p/a', 'x');
    const where = (async () => false) as unknown as () => boolean;
    const error = await errorOf(store.deletePrefix('p/', { where }));
    expect(error).to.have.property('code', 'InvalidArgument');
    expect(await keysOf(store)).to.deep.equal(['p/a']);
  });

  it('does not go with uploads, which it cannot look at', async () => {
    const store = createObjectStore(memoryDriver());
    const error = await errorOf(store.deletePrefix('p/', { where: () => true, uploads: true }));
    expect(error).to.have.property('code', 'InvalidArgument');
  });
});
