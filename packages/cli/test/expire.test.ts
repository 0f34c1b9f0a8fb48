import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { s3Store } from './emulated-stores.js';
import { Place } from './run-store.js';

describe('store expire', () => {
  let emulator: Emulator;
  let place: Place;
  beforeEach(async () => {
    emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
    place = await Place.create({ stores: { demo: s3Store(emulator), local: { provider: 'memory' } } });
  });
  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await emulator.close();
  });

  const store = (...args: readonly string[]): Promise<string> => place.output(...args);

  it('writes a rule when it is told to, follows it, and takes it away at the end', async () => {
    const bucket = emulator.bucket('demo');
    await bucket.seed(['tmp/1', 'tmp/2', 'tmp2']);
    expect(await store('expire', 'demo:tmp/')).to.match(
      /would be written as store-expire-\w+; --yes writes it/,
    );
    expect(bucket.lifecycle.rules).to.equal(undefined);
    const written = await store('expire', 'demo:tmp/', '--yes', '--days', '3');
    expect(written)
      .to.match(/^the rule for "tmp\/" is written/)
      .and.match(/also on those that are written from now on/);
    expect(await store('expire', 'demo:tmp/', '--status')).to.contain('objects left: 2');
    await bucket.lifecycle.run(new Date(Date.now() + 4 * 86_400_000));
    const ended = JSON.parse(await store('expire', 'demo:tmp/', '--status', '--json')) as object;
    expect(ended).to.deep.include({ state: 'removed', remaining: { count: 0, more: false } });
    expect(bucket.lifecycle.rules).to.equal(undefined);
    expect(await bucket.keys()).to.deep.equal(['tmp2']);
  });

  it('takes a rule away before its time', async () => {
    await store('expire', 'demo:tmp/', '--yes');
    expect(await store('expire', 'demo:tmp/', '--cancel')).to.equal('the rule is gone\n');
    expect(await store('expire', 'demo:tmp/', '--cancel')).to.equal('there was no rule\n');
  });

  it('refuses half a name, contradictions, and stores without rules', async () => {
    for (const [args, code, says] of [
      [['demo:tmp', '--yes'], 2, /does not end in "\/"/],
      [['demo:tmp/', '--status', '--cancel'], 2, /either --status or --cancel/],
      [['local:tmp/', '--yes'], 2, /no lifecycle rules; use "store rm -r"/],
    ] as const) {
      const result = await place.run(['expire', ...args]);
      expect(result.stderr).to.match(says);
      expect(result.code, args.join(' ')).to.equal(code);
    }
    expect(emulator.bucket('demo').lifecycle.rules).to.equal(undefined);
  });
}).timeout(60_000);
