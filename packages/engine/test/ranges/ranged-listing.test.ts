import { StoreError } from '@store/driver';
import type { RangeSettings } from '#src/ranges/range-source.js';
import { rangedListing } from '#src/ranges/ranged-listing.js';
import { splitRules } from '#src/split-rules.js';
import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { describe, it } from 'mocha';

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const md5 = (i: number): string => createHash('md5').update(String(i)).digest('hex');
const digits = (i: number, length = 8): string => String(i).padStart(length, '0');

interface Page {
  readonly keys: readonly string[];
  readonly truncated: boolean;
}

/** A service that has these keys, and what it was asked. */
class Listed {
  readonly keys: readonly string[];
  readonly asked: (string | undefined)[] = [];
  requests = 0;
  inFlight = 0;
  mostInFlight = 0;
  /** What it does with the key that a listing is to begin behind. */
  begins: 'behind' | 'at' | 'ignored' | 'refused' = 'behind';
  readonly pageSize: number;

  /** Of each key, as of versions. */
  readonly copies: number;

  constructor(keys: Iterable<string>, pageSize = 100, copies = 1) {
    this.copies = copies;
    this.keys = Array.from(new Set(keys))
      .toSorted(byBytes)
      .flatMap((key) => Array.from({ length: copies }, () => key));
    this.pageSize = pageSize;
  }

  async *pages(after: string | undefined, signal: AbortSignal): AsyncGenerator<Page> {
    this.asked.push(after);
    let at = after === undefined ? 0 : this.#indexOf(after);
    for (let isFirst = true; ; isFirst = false) {
      this.requests++;
      this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
      await new Promise(setImmediate);
      this.inFlight--;
      if (signal.aborted) throw new StoreError('Aborted', 'list was aborted');
      const keys = this.keys.slice(at, at + this.pageSize);
      // As the engine checks it.
      if (isFirst && after !== undefined && keys[0] !== undefined && byBytes(keys[0], after) <= 0)
        throw new StoreError('Corrupt', 'it goes back');
      at += this.pageSize;
      yield { keys, truncated: at < this.keys.length };
      if (at >= this.keys.length) return;
    }
  }

  #indexOf(after: string): number {
    if (this.begins === 'refused') throw new StoreError('InvalidArgument', 'no such marker');
    if (this.begins === 'ignored') return 0;
    const behind = this.keys.findIndex((key) =>
      this.begins === 'at' ? byBytes(key, after) >= 0 : byBytes(key, after) > 0,
    );
    return behind < 0 ? this.keys.length : behind;
  }
}

async function list(
  service: Listed,
  settings: Partial<RangeSettings> & {
    prefix?: string;
    onPage?: () => unknown;
    onRange?: (range: unknown, keys: readonly string[]) => void;
    directories?: (inside: string, from: string, signal: AbortSignal) => Promise<readonly string[]>;
  } = {},
) {
  const { prefix = 'p/', onPage, onRange, directories, ...others } = settings;
  const found: string[] = [];
  const ends = new Map<unknown, boolean>();
  const turns = new Turns();
  const pages = rangedListing<Page>(
    {
      prefix,
      pages: (after, signal) => service.pages(after, signal),
      size: ({ keys }) => keys.length,
      keyAt: ({ keys }, i) => keys[i] ?? '',
      part: (page, from, to) => ({ ...page, keys: page.keys.slice(from, to) }),
      several: service.copies > 1,
      maxKeyBytes: 1024,
      directories,
    },
    { concurrency: 16, clock: { now: () => performance.now() }, rules: splitRules({ pageMs: 0 }), ...others },
  );
  for await (const { range, page, last } of pages) {
    expect(ends.get(range), 'a page of a range that has ended').not.to.equal(true);
    ends.set(range, last);
    found.push(...page.keys);
    onRange?.(range, page.keys);
    await onPage?.();
  }
  return { found, ranges: ends, turns: turns.end() };
}

/** Turns of the event loop; each page of {@link Listed} takes one, however many are asked for. */
class Turns {
  #count = 0;
  #next = this.#turn();

  #turn(): NodeJS.Immediate {
    return setImmediate(() => {
      this.#count++;
      this.#next = this.#turn();
    });
  }

  end(): number {
    clearImmediate(this.#next);
    return this.#count;
  }
}

const COUNT = 20_000;
const SHAPES: Readonly<Record<string, (i: number) => string>> = {
  'numbers that count up': (i) => `object-${digits(i)}`,
  hashes: md5,
  'base 64': (i) => createHash('md5').update(String(i)).digest('base64'),
  dates: (i) =>
    `${new Date(Math.floor(i / 20) * 864e5).toISOString().slice(0, 10).replaceAll('-', '/')}/event-${digits(i)}`,
  'deep trees': (i) => `${md5(i % 7).slice(0, 3)}/${md5(i % 31).slice(0, 4)}/src/main/${digits(i)}.txt`,
  'one giant directory': (i) => `the-only/inside/${digits(i)}`,
  'one giant directory among small ones': (i) =>
    i < 1000 ? `customer-${digits(i, 5)}/a` : `customer-00123/log/${digits(i)}`,
  'an uneven alphabet': (i) => (i % 10 ? `a${digits(i)}` : `${'~zQ_-'[i % 5] ?? ''}${md5(i)}`),
  'other scripts': (i) =>
    `${'文件夾目錄照片王小明'[i % 10] ?? ''}${String.fromCodePoint(0x4e00 + ((i * 7919) % 20000))}${i}`,
  'beyond the basic plane': (i) => `${String.fromCodePoint(0x1f300 + (i % 700))}${i}`,
  'scripts far apart': (i) =>
    `${['ä', 'ж', '日', '한', '\u{1f600}', '\u{20000}', 'ñ', 'я', '本'][i % 9] ?? ''}${['中', 'ß', 'и', '국', 'é'][i % 5] ?? ''}/照片-${i}`,
  'tenants, years and months': (i) =>
    `tenant-${i % 37}/2024/${digits((i % 12) + 1, 2)}/object-${i.toString(36)}`,
  'a difference at byte 900': (i) => `${'x'.repeat(890)}${digits(i)}`,
  'percent signs': (i) => `a%20b/${digits(i)}%2F${i}`,
};

describe('a listing by ranges side by side', () => {
  for (const [title, shape] of Object.entries(SHAPES)) {
    it(`finds every key once, and wastes few requests: ${title}`, async () => {
      const service = new Listed(Array.from({ length: COUNT }, (_, i) => `p/${shape(i)}`));
      const { found, ranges, turns } = await list(service);
      expect(found.toSorted(byBytes)).to.deep.equal(service.keys);
      expect(Array.from(ranges.values())).not.to.include(false);
      expect(service.requests).to.be.below((service.keys.length / service.pageSize) * 1.35);
      for (const at of service.asked) {
        if (at === undefined) continue;
        expect(at).to.match(/^p\//);
        expect(at.isWellFormed(), at).to.equal(true);
        expect(at).not.to.match(/[\p{Cc}\p{Noncharacter_Code_Point}%]/u);
      }
      // No boundary can be made where every key has a percent sign near its beginning.
      if (title === 'percent signs') return;
      expect(service.mostInFlight).to.be.above(4);
      expect(turns).to.be.below(service.requests / 3);
    });
  }

  it('tells once of what is left out among the keys, wherever that stands on a page', async () => {
    for (const isLink of [
      (key: string) => key < 'p/8',
      (key: string) => key >= 'p/1',
      (key: string) => /[3-9a-f]$/.test(key),
      (key: string) => !key.includes('00'),
    ]) {
      const all = Array.from({ length: 4000 }, (_, i) => `p/${md5(i)}`).toSorted(byBytes);
      const service = new Listed(all);
      const left: string[] = [];
      const kept: string[] = [];
      const pages = rangedListing(
        {
          prefix: 'p/',
          async *pages(after, signal) {
            for await (const { keys, truncated } of service.pages(after, signal))
              yield {
                keys: keys.filter((key) => !isLink(key)),
                leftOut: keys.filter(isLink).map((at) => ({ name: at, at, kind: 'link' })),
                truncated,
              };
          },
          size: ({ keys }) => keys.length,
          keyAt: ({ keys }, i) => keys[i] ?? '',
          part: (page, from, to) => ({ ...page, keys: page.keys.slice(from, to) }),
          maxKeyBytes: 1024,
        },
        { concurrency: 8, clock: { now: () => performance.now() }, rules: splitRules({ pageMs: 0 }) },
      );
      for await (const { page } of pages) {
        kept.push(...page.keys);
        left.push(...page.leftOut.map(({ at }) => at));
      }
      expect(left.toSorted(byBytes)).to.deep.equal(all.filter(isLink));
      expect(kept.toSorted(byBytes)).to.deep.equal(all.filter((key) => !isLink(key)));
    }
  });

  it('asks for not one page more than one after the other does, where there are few', async () => {
    for (const count of [0, 1, 99, 100, 101, 200, 201, 300]) {
      const service = new Listed(Array.from({ length: count }, (_, i) => `p/${md5(i)}`));
      const { found } = await list(service);
      expect(found).to.have.length(count);
      expect(service.requests, `${count} keys`).to.equal(Math.max(1, Math.ceil(count / 100)));
    }
  });

  it('never asks for more pages at a time than it may', async () => {
    for (const concurrency of [1, 2, 3]) {
      const service = new Listed(Array.from({ length: COUNT }, (_, i) => `p/${md5(i)}`));
      await list(service, { concurrency });
      expect(service.mostInFlight).to.equal(concurrency);
    }
  });

  for (const begins of ['at', 'ignored', 'refused'] as const) {
    it(`lists from the beginning when where to begin is ${begins === 'at' ? 'taken inclusively' : begins}`, async () => {
      const service = new Listed(Array.from({ length: COUNT }, (_, i) => `p/object-${digits(i)}`));
      service.begins = begins;
      const warnings: string[] = [];
      // Boundaries that are keys themselves, for a service that begins at the key.
      const { found } = await list(service, { onSerial: (message) => warnings.push(message) });
      expect(found.toSorted(byBytes)).to.deep.equal(service.keys);
      if (begins !== 'at') {
        expect(warnings).to.have.length.above(0);
        expect(warnings[0]).to.match(/does not begin a listing where it is asked to/);
      }
    });
  }

  it('has all entries of a key in one range, also where they are on several pages', async () => {
    for (const copies of [2, 3, 7, 150]) {
      const names = Array.from({ length: 3000 / copies + 20 }, (_, i) => `p/${digits(i, 3)}`);
      const service = new Listed(names, 20, copies);
      const rangeOf = new Map<string, unknown>();
      const { found } = await list(service, {
        onRange: (range, keys) => {
          for (const key of keys) {
            expect(rangeOf.get(key) ?? range, key).to.equal(range);
            rangeOf.set(key, range);
          }
        },
      });
      expect(found.toSorted(byBytes)).to.deep.equal(service.keys);
      expect(new Set(rangeOf.values()).size).to.be.above(3);
    }
  });

  it('lists while keys are deleted under it', async () => {
    const all = Array.from({ length: COUNT }, (_, i) => `p/${md5(i)}`);
    const service = new Listed(all);
    const { found } = await list(service, { onPage: () => new Promise(setImmediate) });
    expect(new Set(found).size).to.equal(all.length);
  });

  it('gives what came before an error, then the error, and asks for nothing more', async () => {
    const service = new Listed(Array.from({ length: COUNT }, (_, i) => `p/${md5(i)}`));
    const pages = service.pages.bind(service);
    const found: string[] = [];
    let failed = false;
    service.pages = async function* (after, signal) {
      for await (const page of pages(after, signal)) {
        if (service.requests > 60 && !failed) {
          failed = true;
          throw new StoreError('Unavailable', 'gone');
        }
        yield page;
      }
    };
    const error = await list(service, { onPage: () => found.push('') }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.include({ code: 'Unavailable' });
    expect(found.length).to.be.above(30);
    const { requests } = service;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(service.requests).to.equal(requests);
  });

  it('ends when its requests for directories have come to their end, and breaks none off', async () => {
    const shape = SHAPES['deep trees'] ?? md5;
    const service = new Listed(Array.from({ length: COUNT }, (_, i) => `p/${shape(i)}`));
    let asked = 0;
    let inFlight = 0;
    let brokenOff = 0;
    await list(service, {
      directories: async (_inside, _from, signal) => {
        asked++;
        inFlight++;
        await new Promise((resolve) => setTimeout(resolve, 100));
        if (signal.aborted) brokenOff++;
        inFlight--;
        return [];
      },
    });
    expect(asked).to.be.above(0);
    expect({ inFlight, brokenOff }).to.deep.equal({ inFlight: 0, brokenOff: 0 });
  });

  it('ends its requests when the reader leaves', async () => {
    const service = new Listed(Array.from({ length: COUNT }, (_, i) => `p/${md5(i)}`));
    let pages = 0;
    const stop = new Error('enough');
    const leave = (): void => {
      if (++pages === 50) throw stop;
    };
    const error = await list(service, { onPage: leave }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.equal(stop);
    const { requests } = service;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(service.requests).to.equal(requests);
    expect(service.inFlight).to.equal(0);
  });

  it('has no more ranges at a time than are worth having', async () => {
    for (const [worthwhile, most] of [
      [0, 1],
      [3, 3],
    ] as const) {
      const service = new Listed(Array.from({ length: 10_000 }, (_, i) => `p/${md5(i)}`));
      const { found } = await list(service, { worthwhile: () => worthwhile });
      expect(found).to.have.lengthOf(10_000);
      expect(service.mostInFlight).to.equal(most);
    }
  });
});
