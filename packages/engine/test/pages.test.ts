import { StoreError, type ListPage, type StoreDriver } from '@store/driver';
import { Engine } from '@store/engine';
import { objectPages } from '#src/listing/object-pages.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { BARE, SimulatedClock } from '@store/conformance';

type Script = (request: { token: string | undefined; call: number }) => Partial<ListPage>;

/** Runs a listing against answers made up by the test; resolves to the keys seen and the error, if any. */
async function follow(
  script: Script,
  options: { order?: 'utf8' | 'none'; prefix?: string; attempts?: number } = {},
) {
  let call = 0;
  const driver: StoreDriver = {
    ...BARE,
    provider: 'scripted',
    list: {
      ...BARE.list,
      order: options.order ?? 'utf8',
      page: async ({ token }) => ({
        objects: [],
        prefixes: [],
        truncated: false,
        ...script({ token, call: call++ }),
      }),
    },
  };
  const keys: string[] = [];
  const retry = { maxAttempts: options.attempts ?? 4, baseDelayMs: 1, maxDelayMs: 10 };
  const engine = new Engine(driver, { retry, clock: new SimulatedClock() });
  try {
    for await (const page of objectPages(engine, { prefix: options.prefix ?? '' }, { operation: 'list' })) {
      keys.push(...page.objects.map(({ key }) => key));
    }
    return { keys, calls: call, error: undefined };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { keys, calls: call, error };
  }
}

const objects = (...keys: string[]): ListPage['objects'] =>
  keys.map((key) => ({ key, size: 1, lastModified: new Date(0) }));

describe('following a listing', () => {
  it('ends when the service says so, and only then', async () => {
    const { keys, error } = await follow(({ token }) =>
      token === undefined
        ? { objects: objects('a'), truncated: true, nextToken: '1' }
        : token === '1'
          ? { objects: [], truncated: true, nextToken: '2' }
          : { objects: objects('b'), nextToken: 'ignored' },
    );
    expect(error).to.equal(undefined);
    expect(keys).to.deep.equal(['a', 'b']);
  });

  const hopeless: Record<string, [Script, RegExp]> = {
    'truncated without a token': [
      () => ({ objects: objects('a'), truncated: true }),
      /truncated without a token/,
    ],
    'an empty token': [() => ({ objects: objects('a'), truncated: true, nextToken: '' }), /without a token/],
    'a token that repeats': [
      ({ token }) => ({ objects: objects(token ? 'b' : 'a'), truncated: true, nextToken: 't' }),
      /repeats the continuation token/,
    ],
    'a page that repeats': [
      ({ call }) => ({ objects: objects('a', 'b'), truncated: true, nextToken: `t${call}` }),
      /a page that repeats/,
    ],
    'keys that go backwards': [
      ({ call }) => ({ objects: objects(call ? 'a' : 'b'), truncated: true, nextToken: `${call}` }),
      /goes back from "b" to "a"/,
    ],
    'keys out of order in a page': [() => ({ objects: objects('b', 'a') }), /goes back/],
    'endless empty pages': [
      ({ call }) => ({ truncated: true, nextToken: `t${call}` }),
      /100 pages without an entry/,
    ],
  };
  for (const [what, [script, message]] of Object.entries(hopeless)) {
    it(`${what} is an error, not an end`, async () => {
      const { error } = await follow(script);
      expect(error?.code).to.equal('Corrupt');
      expect(error?.message).to.match(message);
    });
  }

  it('finds a cycle of tokens where keys have no order', async () => {
    const { error, calls } = await follow(
      ({ call }) => ({ objects: objects(`k${call % 3}`), truncated: true, nextToken: `t${call % 3}` }),
      { order: 'none' },
    );
    expect(error?.code).to.equal('Corrupt');
    expect(calls).to.be.below(20);
  });

  it('refuses keys outside the prefix before anyone can act on them', async () => {
    const { keys, error } = await follow(() => ({ objects: objects('p/a', 'q') }), { prefix: 'p/' });
    expect(error?.message).to.include('outside the prefix');
    expect(keys).to.deep.equal([]);
  });

  it('asks again for a page that cannot be right, and goes on when it comes right', async () => {
    const { keys, error } = await follow(({ call, token }) => {
      if (call === 1) return { objects: objects('a'), truncated: true, nextToken: '1' };
      if (call === 2) return { objects: objects('b'), truncated: true };
      return token === undefined
        ? { objects: objects('a'), truncated: true, nextToken: '1' }
        : { objects: objects('b') };
    });
    expect(error).to.equal(undefined);
    expect(keys).to.deep.equal(['a', 'b']);
  });

  it('repeats failed requests as often as the policy says', async () => {
    const failing =
      (times: number): Script =>
      ({ call }) => {
        if (call < times) throw new StoreError('Unavailable', 'reset');
        return { objects: objects('a') };
      };
    expect((await follow(failing(3))).keys).to.deep.equal(['a']);
    const { error, calls } = await follow(failing(100));
    expect(error?.code).to.equal('Unavailable');
    expect(calls).to.equal(4);
  });
});
