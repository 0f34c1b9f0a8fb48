import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { s3Store } from './emulated-stores.js';
import { Place } from './run-store.js';

describe('store on S3', () => {
  let emulator: Emulator;
  let place: Place;
  let env: Record<string, string>;

  beforeEach(async () => {
    emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
    place = await Place.create({ stores: { demo: s3Store(emulator, { secretAccessKey: '${SECRET}' }) } });
    env = {
      SECRET: 'SK',
      AWS_ENDPOINT_URL_S3: emulator.endpoints.s3 ?? '',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AK',
      AWS_SECRET_ACCESS_KEY: 'SK',
    };
  });
  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await emulator.close();
  });

  it('deletes what it may, says what it may not, and exits with 1', async () => {
    await emulator.bucket('demo').seed(Array.from({ length: 2_000 }, (_, i) => `p/${i}`));
    emulator.setFaults({ deny: [{ key: '9$' }] });
    const { code, stdout, stderr } = await place.run(['rm', '-r', '--yes', '--json', 'demo:p/'], '', env);
    expect({ code, stderr }).to.deep.equal({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).to.deep.include({ deleted: 1_800, failed: 200, complete: false });
    expect(await emulator.bucket('demo').keys()).to.have.length(200);
  });

  it('takes s3:// addresses, with the credentials of the environment and the key byte for byte', async () => {
    const key = 'a b/%20?c';
    await place.run(['put', '-', `s3://demo/${key}`], 'body', env);
    expect(await emulator.bucket('demo').keys()).to.deep.equal([key]);
    expect((await place.run(['cat', `s3://demo/${key}`], '', env)).stdout).to.equal('body');
    const url = (await place.run(['presign', `s3://demo/${key}`], '', env)).stdout.trim();
    expect(await (await fetch(url)).text()).to.equal('body');
    const type = 'text/x; charset=utf-8';
    const typed = ['presign', '--method', 'PUT', '--content-type', type, `s3://demo/${key}`];
    const upload = (await place.run(typed, '', env)).stdout.trim();
    const body = new Blob(['typed'], { type });
    expect((await fetch(upload, { method: 'PUT', body })).status).to.equal(200);
    expect((await fetch(upload, { method: 'PUT', body: 'as a text' })).status).to.equal(403);
    expect((await place.run(['cat', `s3://demo/${key}`], '', env)).stdout).to.equal('typed');
    expect((await place.run(['rm', '-r', '--yes', 's3://demo/a b/'], '', env)).code).to.equal(0);
    expect(await emulator.bucket('demo').keys()).to.deep.equal([]);
  });

  it('says in one line what is wrong, and never the secret', async () => {
    const secret = 'VERY-SECRET-VALUE';
    for (const options of [[], ['--json'], ['--debug']]) {
      const args = ['rm', '-r', '--yes', ...options, 'demo:p/'];
      const { code, stdout, stderr } = await place.run(args, '', { ...env, SECRET: secret });
      expect(code).to.equal(1);
      expect(stderr).to.match(/^store: the signature does not match; is the secret access key right\?.*\n/);
      expect(stdout + stderr).not.to.contain(secret);
    }
  });

  it('checks the configuration by path, and shows no secret in a refusal', async () => {
    const secret = 'VERY-SECRET-VALUE';
    const config = {
      provider: 's3',
      bucket: 'demo',
      secretAccessKey: secret,
      profile: 'awz',
      quirks: { x: 1 },
    };
    await place.configure({ stores: { demo: config } });
    const { code, stderr } = await place.run(['config', 'check']);
    expect(code).to.equal(2);
    expect(stderr)
      .to.match(/stores\.demo\.profile: .*"aws"/)
      .and.match(/stores\.demo\.quirks\.x: unknown key/);
    expect(stderr).not.to.contain(secret);
  });
});
