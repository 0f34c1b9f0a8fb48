import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ossStore } from './emulated-stores.js';
import { Place } from './run-store.js';

describe('store on OSS', () => {
  let emulator: Emulator;
  let place: Place;
  beforeEach(async () => {
    emulator = await startEmulator({ oss: {}, region: 'cn-beijing', buckets: ['demo'] });
    place = await Place.create({ stores: { demo: ossStore(emulator, { accessKeySecret: '${SECRET}' }) } });
  });
  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await emulator.close();
  });

  it('reports 20,000 keys with denied ones, throttling and errors of single keys as the log has them', async () => {
    await emulator.bucket('demo').seed(Array.from({ length: 20_000 }, (_, i) => `p/${i}`));
    emulator.setFaults({
      faults: [
        { probability: 0.02, effect: { error: { code: 'QpsLimitExceeded', status: 503 } } },
        { operation: 'DeleteObjects', effect: { keyError: { code: 'InternalError' }, share: 0.002 } },
      ],
      deny: [{ key: '99$' }],
    });
    const { code, stdout, stderr } = await place.run(['rm', '-r', '--yes', '--json', '-q', 'demo:p/'], '', {
      SECRET: 'SK',
    });
    expect({ code, stderr }).to.deep.equal({ code: 1, stderr: '' });
    const report = JSON.parse(stdout) as { requests: { delete: number; list: number } };
    expect(report).to.deep.include({ listed: 20_000, deleted: 19_800, failed: 200, complete: false });
    expect(report).to.have.nested.property('failures.byCode').that.deep.equals({ AccessDenied: 200 });
    const { log } = emulator;
    expect(log.deleted).to.equal(19_800);
    expect(report.requests.delete).to.equal(log.of('DeleteObjects').length + log.of('DeleteObject').length);
    expect(report.requests.list).to.equal(log.of('ListObjectsV2').length);
    expect(await emulator.bucket('demo').keys()).to.have.length(200);
  });

  it('shows and replaces tags, and brings back what is archived', async () => {
    const env = { SECRET: 'SK' };
    const store = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await place.run(args, 'ice', env);
      expect({ code, stderr }, args.join(' ')).to.deep.equal({ code: 0, stderr: '' });
      return stdout;
    };
    await store('put', '-', 'demo:cold', '--storage-class', 'Archive', '--tag', 'a=1', '--tag', 'b=2');
    expect(await store('tags', 'demo:cold')).to.equal('a=1\nb=2\n');
    expect(await store('tags', 'demo:cold', '--set', 'c=3', '--json')).to.equal('{\n  "c": "3"\n}\n');
    expect(await store('tags', 'demo:cold', '--remove')).to.equal('');
    const refused = await place.run(['cat', 'demo:cold'], '', env);
    expect(refused).to.include({ code: 1, stdout: '' });
    expect(refused.stderr).to.contain('has to be restored before it can be read');
    emulator.bucket('demo').memory.restoreMs = 60_000;
    await store('restore', 'demo:cold', '--days', '1');
    expect(await store('stat', 'demo:cold')).to.match(/^restore +on its way$/m);
    emulator.bucket('demo').memory.restoreMs = 0;
    await store('put', '-', 'demo:other', '--storage-class', 'Archive', '--resume');
    await store('restore', 'demo:other', '--days', '1');
    expect(await store('stat', 'demo:other')).to.match(/^restore +until 20/m);
    await store('cp', 'demo:other', 'demo:warm', '--storage-class', 'IA');
    expect(await store('cat', 'demo:warm')).to.equal('ice');
  });

  it('says what an oss:// address lacks, and never the secret', async () => {
    const env = { OSS_ACCESS_KEY_ID: 'AK', OSS_ACCESS_KEY_SECRET: 'VERY-SECRET' };
    const { code, stderr } = await place.run(['ls', 'oss://demo/p/'], '', env);
    expect(code).to.equal(2);
    expect(stderr).to.match(/^store: .*OSS_REGION is not set\n$/);
    const wrong = await place.run(['rm', '-r', '--yes', 'demo:p/'], '', { SECRET: 'VERY-SECRET' });
    expect(wrong.code).to.equal(1);
    expect(wrong.stderr)
      .to.match(/signature does not match/)
      .and.not.contain('VERY-SECRET');
  });
}).timeout(60_000);
