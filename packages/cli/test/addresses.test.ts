import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EACH_API, startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Place } from './run-store.js';

const AWS = { AWS_ACCESS_KEY_ID: 'AK', AWS_SECRET_ACCESS_KEY: 'SK', AWS_REGION: '', AWS_PROFILE: '' };

describe('store and addresses without a configuration', () => {
  let emulator: Emulator;
  let place: Place;
  let s3: string;
  beforeEach(async () => {
    emulator = await startEmulator({
      ...EACH_API,
      buckets: ['demo'],
    });
    place = await Place.create();
    s3 = emulator.endpoints.s3 ?? '';
    await emulator.bucket('demo').seed(['p/1', 'p/2', 'q']);
  });
  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await emulator.close();
  });
  const listed = { code: 0, stdout: 'p/1\np/2\n', stderr: '' };
  const ls = async (args: readonly string[], env: Record<string, string>): Promise<object> => {
    const { code, stdout, stderr } = await place.run(['ls', '-r', ...args], '', env);
    const keys = stdout.replace(/^.*?(\S+)$/gm, '$1');
    return { code, stdout: keys, stderr };
  };

  it('finds a bucket of S3 by flags, parameters, variables and a profile alike', async () => {
    const flags = ['--endpoint', s3, '--region', 'cn-beijing', '--service', 'minio', '--path-style'];
    expect(await ls(['s3://demo/p/', ...flags], AWS)).to.deep.equal(listed);
    const parameters = `s3://demo/p/?endpoint=${s3}&region=cn-beijing&service=ceph&pathStyle=true`;
    expect(await ls([parameters], AWS)).to.deep.equal(listed);
    const variables = { ...AWS, AWS_ENDPOINT_URL: s3, AWS_DEFAULT_REGION: 'cn-beijing' };
    expect(await ls(['s3://demo/p/'], variables)).to.deep.equal(listed);
    // What the address says comes first, then the flags.
    const nowhere = { ...variables, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' };
    expect(
      await ls([`s3://demo/p/?endpoint=${s3}`, '--endpoint', 'http://127.0.0.1:1'], nowhere),
    ).to.deep.equal(listed);
    const file = place.path('credentials');
    await writeFile(file, '[work]\naws_access_key_id = AK\naws_secret_access_key = SK\n');
    const shared = { AWS_SHARED_CREDENTIALS_FILE: file, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
    const where = ['s3://demo/p/', '--endpoint', s3, '--region', 'cn-beijing'];
    expect(await ls([...where, '--profile', 'work'], shared)).to.deep.equal(listed);
    expect(await ls(where, { ...shared, AWS_PROFILE: 'work' })).to.deep.equal(listed);
  });

  it('finds buckets of OSS and ZOS, by the variables of their own tools', async () => {
    const endpoint = (emulator.endpoints.oss ?? '').replace('127.0.0.1', 'localhost');
    const cloud = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'AK', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'SK' };
    const where = ['oss://demo/p/', '--path-style'];
    expect(await ls([...where, '--endpoint', endpoint, '--region', 'cn-beijing'], cloud)).to.deep.equal(
      listed,
    );
    const own = {
      OSS_ACCESS_KEY_ID: 'AK',
      OSS_ACCESS_KEY_SECRET: 'SK',
      OSS_REGION: 'oss-cn-beijing',
      OSS_ENDPOINT: endpoint,
    };
    expect(await ls(where, own)).to.deep.equal(listed);
    const ctyun = { CTYUN_AK: 'AK', CTYUN_SK: 'SK' };
    const zos = ['--endpoint', emulator.endpoints.zos ?? ''];
    expect(await ls([`ctyun://demo/p/?regionId=${emulator.regionId}`, ...zos], ctyun)).to.deep.equal(listed);
    expect(await ls(['ctyun://demo/p/', '--region', emulator.regionId, ...zos], ctyun)).to.deep.equal(listed);
  });

  it('copies between a directory and a bucket by the flags of the bucket, and leaves names as they are', async () => {
    await mkdir(place.path('in/sub'), { recursive: true });
    await writeFile(place.path('in/sub/a'), 'a');
    const env = { ...AWS, AWS_REGION: 'cn-beijing' };
    const up = await place.run(['cp', '-r', './in/', 's3://demo/up/', '--endpoint', s3], '', env);
    expect(up).to.include({ code: 0 });
    expect(await emulator.bucket('demo').keys()).to.include('up/sub/a');
    const down = await place.run(['cp', '-r', `s3://demo/up/?endpoint=${s3}`, './out/'], '', env);
    expect(down).to.include({ code: 0 });
    expect(await readFile(place.path('out/sub/a'), 'utf8')).to.equal('a');
  });

  it('refuses a flag that the address has no use for, and one with no address to be for', async () => {
    const of = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await place.run(args, '', AWS);
      expect(code, args.join(' ')).to.equal(2);
      return stderr;
    };
    expect(await of('ls', 'oss://demo/', '--profile', 'x')).to.match(
      /^store: --profile says nothing to oss: .*which take --region, --endpoint, --path-style/,
    );
    expect(await of('ls', 'ctyun://demo/', '--service', 'minio')).to.match(
      /--service says nothing to ctyun:/,
    );
    expect(await of('ls', './', '--endpoint', s3)).to.match(/--endpoint is for addresses such as s3:/);
    await place.configure({ stores: { here: { provider: 'memory' } } });
    expect(await of('ls', 'here:', '--region', 'x')).to.match(
      /--region is for addresses such as s3:.*not for "here:"/,
    );
    expect(await of('ls', 's3://demo/', '--service', 'minoi')).to.match(
      /service has to be one of aws, .*minio/,
    );
  });

  it('names a parameter that there is none of, and shows no secret', async () => {
    for (const options of [[], ['--json'], ['--debug']]) {
      const address = `s3://demo/p/?endpiont=${s3}&secretAccessKey=VERY-SECRET`;
      const { code, stdout, stderr } = await place.run(['rm', '-r', '--yes', ...options, address], '', AWS);
      expect(code).to.equal(2);
      expect(stdout + stderr)
        .to.match(/no parameter \\*"endpiont\\*"; did you mean \\*"endpoint\\*"/)
        .and.not.contain('VERY-SECRET');
    }
  });

  it('goes on with a run by its journal, which has the flags and no secret', async () => {
    await emulator.bucket('demo').seed(Array.from({ length: 3_000 }, (_, i) => `p/${i}`));
    const env = { ...AWS, AWS_SECRET_ACCESS_KEY: 'SK' };
    const run = ['rm', '-r', '--yes', 's3://demo/p/', '--endpoint', s3, '--region', 'cn-beijing'];
    emulator.setFaults({ deny: [{ key: '9$' }] });
    expect((await place.run(run, '', env)).code).to.equal(1);
    const [name = ''] = await readdir(place.runs);
    const journal = await readFile(join(place.runs, name), 'utf8');
    expect(journal).to.contain(`"s3://demo/p/?region=cn-beijing&endpoint=${s3}"`);
    expect(journal).not.to.match(/"(AK|SK)"/);
    emulator.setFaults({});
    const resumed = await place.run(['resume'], '', env);
    expect(resumed.stderr).to.contain('going on with');
    expect(resumed.code).to.equal(0);
    expect(await emulator.bucket('demo').keys()).to.deep.equal(['q']);
  });

  it('refuses to resume in the bucket of another service, when the variable is not set as it was', async () => {
    const env = { ...AWS, AWS_REGION: 'cn-beijing' };
    emulator.setFaults({ deny: [{ key: '1$' }] });
    const first = await place.run(['rm', '-r', '--yes', 's3://demo/p/'], '', {
      ...env,
      AWS_ENDPOINT_URL: s3,
    });
    expect(first.code).to.equal(1);
    emulator.setFaults({});
    await using other = await startEmulator({ s3: {}, region: 'cn-beijing', buckets: ['demo'] });
    await other.bucket('demo').seed(['p/1']);
    const elsewhere = { ...env, AWS_ENDPOINT_URL: other.endpoints.s3 ?? '' };
    expect((await place.run(['resume'], '', elsewhere)).code).to.not.equal(0);
    expect(await other.bucket('demo').keys()).to.deep.equal(['p/1']);
    expect((await place.run(['resume'], '', { ...env, AWS_ENDPOINT_URL: s3 })).code).to.equal(0);
    expect(await emulator.bucket('demo').keys()).to.deep.equal(['q']);
  });

  it('knows a store named "file" for what it is: nothing is deleted from a directory in its place', async () => {
    await mkdir(place.path('logs'));
    await writeFile(place.path('logs/a'), 'a');
    await place.configure({ stores: { file: { provider: 'memory' } } });
    const { code, stderr } = await place.run(['rm', '-r', '--yes', 'file:logs/']);
    expect({ code, stderr }).to.deep.include({ code: 2 });
    expect(stderr).to.match(/store "file" of the configuration: .*another name/);
    expect(await readdir(place.path('logs'))).to.deep.equal(['a']);
    const check = await place.run(['config', 'check']);
    expect(check.code).to.equal(2);
    expect(check.stderr).to.match(/stores\.file: .*another name/);
    expect((await place.run(['ls', './logs/'])).code).to.equal(0);
  });
}).timeout(120_000);
