import { readdir, readFile, writeFile } from 'node:fs/promises';
import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ossStore, s3Store } from './emulated-stores.js';
import { Place } from './run-store.js';

describe('store plan', () => {
  let emulator: Emulator;
  let place: Place;
  beforeEach(async () => {
    emulator = await startEmulator({ s3: {}, oss: {}, region: 'cn-beijing', buckets: ['demo'] });
    place = await Place.create({
      stores: { s3: s3Store(emulator, { region: 'cn-beijing' }), oss: ossStore(emulator) },
    });
  });
  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await emulator.close();
  });

  it('estimates a large prefix on S3 and on OSS from a few requests, and compares what there is', async () => {
    const keys = Array.from({ length: 30_000 }, (_, i) => `logs/object-${String(i).padStart(8, '0')}`);
    await emulator.bucket('demo').seed([...keys, 'logs', 'logs2/1']);
    for (const [name, strategies] of [
      ['s3', ['batch', 'single', 'lifecycle']],
      ['oss', ['batch', 'single', 'lifecycle', 'tag-job']],
    ] as const) {
      const stdout = await place.output('plan', '--json', `${name}:logs/`);
      const plan = JSON.parse(stdout) as {
        readonly estimate: { readonly objects: number; readonly requests: number };
        readonly strategies: readonly { readonly strategy: string }[];
      };
      expect(plan.estimate.objects).to.be.within(27_000, 33_000);
      expect(plan.estimate.requests).to.be.below(50);
      expect(plan.strategies.map(({ strategy }) => strategy)).to.deep.equal(strategies);
    }
    expect(emulator.log.of('ListObjectsV2').length).to.be.below(100);
  });

  it('says it in words', async () => {
    await emulator.bucket('demo').seed(['a/1', 'a/2', 'a/b/3']);
    const [first, batch, single] = (await place.output('plan', 's3:a/')).split('\n');
    expect(first).to.match(/^3 objects, \S+ B, all listed, from 2 list requests$/);
    expect(batch).to.match(/^batch · 2 requests · at least \S+ m?s$/);
    expect(single).to.match(/^single · 4 requests · .* · one request for each key$/);
    expect(await place.output('plan', 's3:nothing/')).to.match(
      /^0 objects, 0 B, all listed, from 1 list request\n/,
    );
    const keys = Array.from({ length: 5000 }, (_, i) => `b/${(i * 7919) % 100_003}`);
    await emulator.bucket('demo').seed(keys);
    expect(await place.output('plan', 's3:b/', '--max-requests', '2')).to.match(
      /^at least 2,000 objects; perhaps .*not sure at all, from 2 list requests\n/,
    );
    // Where nothing says how sure it is, no figure looks as if it were, in any form.
    const unsure = ['plan', 's3:b/', '--max-requests', '2'];
    expect(await place.output(...unsure, '--html', '-')).to.match(
      /at least 2,000 objects; perhaps .*not sure at all/,
    );
    expect(JSON.parse(await place.output(...unsure, '--json'))).not.to.have.nested.property('estimate.range');
  });
}).timeout(60_000);

describe('store plan, where the provider publishes prices', () => {
  let emulator: Emulator;
  let place: Place;
  beforeEach(async () => {
    emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
    const aws = { profile: 'aws', region: 'us-east-1', quirks: { forcePathStyle: true } };
    place = await Place.create({ stores: { aws: s3Store(emulator, aws) } });
    const keys = Array.from({ length: 2500 }, (_, i) => `logs/${i % 3}/object-${i}`);
    await emulator.bucket('demo').seed([...keys, 'logs/<b>&"\u202e', 'logs/new\nline/x']);
  });
  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await emulator.close();
  });

  it('says what each strategy costs, at which prices, and from where they are', async () => {
    const stdout = await place.output('plan', 'aws:logs/');
    const [, batch, single, lifecycle] = stdout.split('\n');
    // Three pages to list, at 0.005 dollars a thousand; deletes are free.
    expect(batch).to.match(/^batch · 6 requests · .* · 715 ms at the published rate · USD 0.000015$/);
    expect(single).to.match(/^single · 2,505 requests · .* · 715 ms at the published rate · USD 0.000015 · /);
    expect(lifecycle).to.match(/^lifecycle · 3 requests · USD 0.000005 · /);
    expect(stdout).to.match(
      /^prices: us-east-1, per 1,000: list USD 0.005, delete USD 0, .*pricing\/ \(20\d\d-\d\d-\d\d\)$/m,
    );
    expect(stdout).to.match(/^published rate: 3,500 keys\/s for one partition.*https.*\(.*\)$/m);
    const json = JSON.parse(await place.output('plan', '--json', 'aws:logs/')) as {
      readonly terms: { readonly prices: { readonly currency: string } };
      readonly estimate: { readonly distribution: { readonly groups: { readonly largest: object[] } } };
    };
    expect(json.terms.prices.currency).to.equal('USD');
    expect(json.estimate.distribution.groups.largest).to.have.length(4);
  });

  it('writes a page that stands on its own, with charts, and with keys as text', async () => {
    const stdout = await place.output('plan', 'aws:logs/', '--html');
    expect(stdout).to.match(/^<!doctype html>\n<html lang="en">/);
    expect(stdout).not.to.match(/<script|<link|<img|@import|url\(|<b>/i);
    for (const caption of [
      'Ways to delete it',
      'By sub-prefix of logs/',
      'By age',
      'By size',
      'By storage class',
    ])
      expect(stdout).to.contain(`<caption>${caption}</caption>`);
    // The name of the group with a line feed, quoted, and the bar of a third of the objects.
    expect(stdout).to.contain('&quot;logs/new\\nline/&quot;');
    expect(stdout).to.contain(
      '<th scope="row">logs/0/</th><td><div class="bar objects" style="inline-size:100.00%">',
    );
    expect(stdout).to.contain('<span>834</span>');
    expect(stdout).to.contain('USD 0.000015');

    expect(await place.output('plan', '--html', 'plan.html', 'aws:logs/')).to.equal('');
    const withoutTimes = (page: string): string =>
      page.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\b[\d.]+ m?s\b/g, '');
    const written = await readFile(place.path('plan.html'), 'utf8');
    expect(withoutTimes(written) === withoutTimes(stdout)).to.equal(true);
    // Again: what is there is replaced, and nothing stays beside it.
    await writeFile(place.path('plan.html'), 'old');
    await place.output('plan', 'aws:logs/', '--html=plan.html');
    expect(await readFile(place.path('plan.html'), 'utf8')).to.match(/^<!doctype html>/);
    expect(await readdir(place.directory)).to.have.members(['plan.html', 'store.config.json']);

    for (const [args, says] of [
      [['--html', '--json', 'aws:logs/'], /--json/],
      [['--html', 'aws:logs/'], /"aws:logs\/" is the file of --html; name the address too/],
      [['--html', 'no/such/plan.html', 'aws:logs/'], /plan\.html cannot be written/],
    ] as const) {
      const { code, stderr } = await place.run(['plan', ...args]);
      expect(code).to.equal(2);
      expect(stderr).to.match(says);
    }
  });
}).timeout(60_000);
