import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Place } from './run-store.js';

const SECRETS = { SECRET: 'SK' };

describe('store on CTYUN', () => {
  let emulator: Emulator;
  let place: Place;
  beforeEach(async () => {
    emulator = await startEmulator({ zos: {}, zosS3: {}, oos: {}, buckets: ['demo'] });
    const { endpoints, regionId } = emulator;
    place = await Place.create({
      stores: {
        zos: {
          provider: 'ctyun',
          bucket: 'demo',
          regionId,
          endpoint: endpoints.zos,
          dataPlane: 'auto',
          accessKey: 'AK',
          secretKey: '${SECRET}',
        },
        oos: {
          provider: 's3',
          profile: 'ctyun-oos',
          bucket: 'demo',
          region: 'cn',
          endpoint: endpoints.oos,
          accessKeyId: 'AK',
          secretAccessKey: '${SECRET}',
        },
      },
    });
  });
  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await emulator.close();
  });

  it('deletes 20,000 keys of ZOS with two kinds of requests, failures and refused signatures among them', async () => {
    await emulator.bucket('demo').seed(Array.from({ length: 20_000 }, (_, i) => `p/${i}`));
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const body = JSON.stringify({ statusCode: 'CTAPI_10009', message: 'signature verification failed' });
    emulator.setFaults({
      faults: [
        { probability: 0.02, effect: { error: { code: '900', status: 400 } } },
        { operation: 'delete-objects', effect: { keyError: { code: 'InternalError' }, share: 0.01 } },
        // A clock that jumps by an hour and back: the wrong time of the one refusal is what the next one corrects.
        { nth: 9, effect: { answer: { status: 200, headers: { date }, body } } },
      ],
    });
    const args = ['rm', '-r', '--yes', '--json', '-q', 'zos:p/'];
    const { code, stdout, stderr } = await place.run(args, '', SECRETS);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const report = JSON.parse(stdout) as { requests: { delete: number; list: number }; warnings: string[] };
    expect(report).to.deep.include({ listed: 20_000, deleted: 20_000, failed: 0, complete: true });
    expect(report.warnings.join()).to.contain("this machine's clock is 60 minutes behind the service's");
    const { log } = emulator;
    expect(new Set(log.entries.map(({ operation }) => operation))).to.deep.equal(
      new Set(['list-objects', 'delete-objects']),
    );
    expect(Math.max(...log.entries.map(({ keys = 0 }) => keys))).to.be.at.most(1000);
    expect(report.requests.delete).to.equal(log.of('delete-objects').length);
    expect(report.requests.list).to.equal(log.of('list-objects').length);
    expect(log.deleted).to.equal(20_000);
    expect(await emulator.bucket('demo').keys()).to.deep.equal([]);
  });

  it('copies between the two, and reads from both', async () => {
    const store = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await place.run(args, 'bytes', SECRETS);
      expect({ code, stderr }, args.join(' ')).to.deep.equal({ code: 0, stderr: '' });
      return stdout;
    };
    await store('put', '-', 'zos:a b+c');
    await store('cp', 'zos:a b+c', 'oos:copy');
    expect(await store('cat', 'oos:copy')).to.equal('bytes');
    expect(await store('ls', 'oos:')).to.contain('copy');
    expect(await store('cat', 'zos:copy')).to.equal('bytes');
  });

  it('says what a ctyun:// address lacks, and never the secret', async () => {
    const env = { CTYUN_AK: 'AK', CTYUN_SK: 'VERY-SECRET', CTYUN_REGION_ID: '' };
    const { code, stderr } = await place.run(['ls', 'ctyun://demo/p/'], '', env);
    expect(code).to.equal(2);
    expect(stderr).to.match(/^store: .*CTYUN_REGION_ID is not set\n$/);
    const wrong = await place.run(['rm', '-r', '--yes', 'zos:p/'], '', { SECRET: 'VERY-SECRET' });
    expect(wrong.code).to.equal(1);
    expect(wrong.stderr)
      .to.match(/signature does not match/)
      .and.not.contain('VERY-SECRET');
  });
}).timeout(60_000);
