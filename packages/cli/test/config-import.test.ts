import { readFile, stat, writeFile } from 'node:fs/promises';
import { startEmulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Place } from './run-store.js';

const RCLONE = `; remotes
[min.io]
type = s3
provider = Minio
access_key_id = AK
secret_access_key = VERY-SECRET
endpoint = localhost:9000
force_path_style = false
acl = private

[short]
type = alias
remote = min.io:uploads

[odd]
type = s3
provider = Nobody

[hash]
type = s3
provider = Ceph
access_key_id = AK
secret_access_key = half # other half
endpoint = http://ceph
`;

describe('store config import', () => {
  let place: Place;
  beforeEach(async () => {
    place = await Place.create();
  });
  afterEach(() => place[Symbol.asyncDispose]());
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(place.path(name), text);
    return place.path(name);
  };
  const read = async (): Promise<unknown> =>
    JSON.parse(await readFile(place.path('store.config.json'), 'utf8'));
  const importFrom = (tool: string, from: string, ...options: string[]): ReturnType<Place['run']> =>
    place.run(['config', 'import', tool, '--from', from, ...options]);

  it('takes files as editors on Windows write them, and names in quotes', async () => {
    const remote = '\uFEFF[first]\r\ntype = s3\r\nprovider = Minio\r\nendpoint = localhost:9000\r\n';
    const rclone = await file('rclone.conf', remote);
    expect(await importFrom('rclone', rclone, '--bucket', 'first=demo')).to.include({ code: 0 });
    const aws = await file('config', '\uFEFF[profile "a b"]\r\nregion = eu-west-1\r\n');
    expect(await importFrom('aws', aws, '--bucket', 'a b=demo')).to.include({ code: 0 });
    const ossutil = await file(
      'oss',
      '\uFEFF[Credentials]\r\nendpoint = oss-cn-hangzhou.aliyuncs.com\r\naccessKeyID = A\r\naccessKeySecret = S\r\n',
    );
    expect(await importFrom('ossutil', ossutil, '--bucket', 'ossutil=demo')).to.include({ code: 0 });
    expect(await read()).to.deep.include({
      stores: {
        first: { provider: 's3', profile: 'minio', endpoint: 'https://localhost:9000', bucket: 'demo' },
        'a b': { provider: 's3', credentialsProfile: 'a b', region: 'eu-west-1', bucket: 'demo' },
        ossutil: {
          provider: 'oss',
          region: 'oss-cn-hangzhou',
          endpoint: 'https://oss-cn-hangzhou.aliyuncs.com',
          bucket: 'demo',
          accessKeyId: '${STORE_OSSUTIL_ACCESS_KEY_ID}',
          accessKeySecret: '${STORE_OSSUTIL_ACCESS_KEY_SECRET}',
        },
      },
    });
  });

  it('takes remotes of rclone, says what it leaves, and writes no secret', async () => {
    const from = await file('rclone.conf', RCLONE);
    const { code, stdout, stderr } = await importFrom('rclone', from, '--bucket', 'min.io=demo');
    expect(code).to.equal(0);
    expect(stderr)
      .to.contain('skipped short: its type is "alias"')
      .and.contain('skipped odd: its provider "Nobody" is not known')
      .and.contain('skipped hash: its secret_access_key could be read in two ways')
      .and.contain('min.io: not taken over: acl');
    expect(stdout).to.match(/^ {2}STORE_MIN_IO_ACCESS_KEY_ID\n {2}STORE_MIN_IO_SECRET_ACCESS_KEY$/m);
    const text = await readFile(place.path('store.config.json'), 'utf8');
    expect(stdout + stderr + text).not.to.contain('VERY-SECRET');
    expect((await stat(place.path('store.config.json'))).mode & 0o777).to.equal(0o600);
    expect(await read()).to.deep.equal({
      stores: {
        'min.io': {
          provider: 's3',
          profile: 'minio',
          endpoint: 'https://localhost:9000',
          quirks: { forcePathStyle: false },
          bucket: 'demo',
          accessKeyId: '${STORE_MIN_IO_ACCESS_KEY_ID}',
          secretAccessKey: '${STORE_MIN_IO_SECRET_ACCESS_KEY}',
        },
      },
    });
    const env = { STORE_MIN_IO_ACCESS_KEY_ID: 'AK', STORE_MIN_IO_SECRET_ACCESS_KEY: 'SK' };
    expect((await place.run(['config', 'check'], '', env)).code).to.equal(0);
  });

  it('says which buckets it has to be told, and makes no file before', async () => {
    const from = await file('rclone.conf', RCLONE);
    const unnamed = await importFrom('rclone', from);
    expect(unnamed).to.include({ code: 2 });
    expect(unnamed.stderr).to.match(/--bucket NAME=BUCKET for each that you want of min\.io\n$/);
    expect((await importFrom('rclone', from, '--bucket', 'minio=demo')).stderr).to.match(
      /has no "minio" that can be used/,
    );
    expect((await importFrom('rclone', from, '--bucket', 'min.io=_')).stderr).to.match(
      /bucket: expected the name/,
    );
    expect((await importFrom('rclone', place.path('none'), '--bucket', 'a=b')).stderr).to.match(
      /cannot be read/,
    );
    const twice = await file(
      'twice',
      '[a.b]\n[a-b]\n'.replaceAll(']', `]${RCLONE.slice(RCLONE.indexOf('\n', 12), RCLONE.indexOf('acl'))}`),
    );
    const both = await importFrom('rclone', twice, '--bucket', 'a.b=demo', '--bucket', 'a-b=demo');
    expect(both.stderr).to.match(/two that would be a[.-]b, or have variables of one name/);
    expect((await place.run(['ls', ':'])).stderr).to.match(/no configuration/);
  });

  it('keeps comments and stores that are there, unless it is forced', async () => {
    const from = await file('mc.json', mc('https://play.example.com'));
    await place.configure('{\n  // mine\n  "stores": { "play": { "provider": "memory" } }\n}\n');
    const refused = await importFrom('mc', from, '--bucket', 'play=demo');
    expect(refused).to.include({ code: 2 });
    expect(refused.stderr).to.match(/there is a store "play" already; --force replaces it/);
    expect((await importFrom('mc', from, '--bucket', 'play=demo', '--force')).code).to.equal(0);
    const text = await readFile(place.path('store.config.json'), 'utf8');
    expect(text).to.contain('// mine').and.contain('play.example.com').and.not.contain('"memory"');
  });

  it('gives stores that work: mc with its secrets, for their owner alone', async () => {
    await using emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
    await emulator.bucket('demo').seed(['k']);
    await place.configure({ stores: {} });
    const from = await file('mc.json', mc(emulator.endpoints.s3 ?? ''));
    const { code, stdout, stderr } = await importFrom('mc', from, '--bucket', 'play=demo', '--with-secrets');
    expect({ code }, stderr).to.deep.equal({ code: 0 });
    expect(stderr).to.contain('skipped empty: it has no keys');
    expect(stdout).not.to.contain('"SK"').and.not.contain('STORE_PLAY');
    expect((await stat(place.path('store.config.json'))).mode & 0o777).to.equal(0o600);
    expect((await place.run(['ls', 'play:'])).stdout).to.match(/^k\n$/);
  });

  it('takes profiles of ossutil, of both versions', async () => {
    const one =
      '[Credentials]\nlanguage=EN\nendpoint=oss-cn-beijing-internal.aliyuncs.com\naccessKeyID=AK\naccessKeySecret=SK\n';
    const two =
      '[profile b]\nregion = cn-hangzhou\naccess-key-id = AK\naccess_key_secret = SK\n[profile c]\nmode = EcsRamRole\nregion = x\n';
    const from = await file('.ossutilconfig', one + two);
    const { code, stderr } = await importFrom(
      'ossutil',
      from,
      '--bucket',
      'ossutil=demo',
      '--bucket',
      'b=demo',
    );
    expect({ code, stderr }).to.deep.equal({
      code: 0,
      stderr: 'skipped c: its credentials are of the mode "EcsRamRole"\n',
    });
    expect(await read())
      .to.have.property('stores')
      .that.deep.includes({
        b: {
          provider: 'oss',
          region: 'oss-cn-hangzhou',
          bucket: 'demo',
          accessKeyId: '${STORE_B_ACCESS_KEY_ID}',
          accessKeySecret: '${STORE_B_ACCESS_KEY_SECRET}',
        },
      });
    expect(await read()).to.have.nested.property('stores.ossutil.region', 'oss-cn-beijing');
  });

  it('names the profiles of the AWS CLI, whose secrets stay where they are', async () => {
    const env = {
      AWS_CONFIG_FILE: await file(
        'config',
        '[default]\nregion = eu-west-1\n[profile work]\ns3 =\n  addressing_style = path\n[sso-session x]\nsso_region = y\n',
      ),
      AWS_SHARED_CREDENTIALS_FILE: await file(
        'credentials',
        '[work]\naws_access_key_id = AK\naws_secret_access_key = SK\n',
      ),
    };
    const { code, stderr } = await place.run(['config', 'import', 'aws', '--bucket', 'work=demo'], '', env);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: 'skipped default: no --bucket for it\n' });
    expect(await read()).to.deep.equal({
      stores: {
        work: {
          provider: 's3',
          credentialsProfile: 'work',
          quirks: { forcePathStyle: true },
          bucket: 'demo',
        },
      },
    });
  });
}).timeout(60_000);

function mc(url: string): string {
  const alias = { url, accessKey: 'AK', secretKey: 'SK', api: 'S3v4', path: 'auto' };
  return JSON.stringify({ version: '10', aliases: { play: alias, empty: { ...alias, accessKey: '' } } });
}
