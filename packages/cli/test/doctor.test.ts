import { readFile } from 'node:fs/promises';
import {
  startEmulator,
  type Emulator,
  type EmulatorOptions,
  type S3Quirks,
  type Versioning,
} from '@store/emulator';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { finish, Place } from './run-store.js';

interface Diagnosis {
  readonly findings: readonly { readonly probe: string; readonly answer: string }[];
  readonly settings: { readonly region?: string; readonly quirks?: Readonly<Record<string, unknown>> };
}

describe('store doctor', () => {
  let emulator: Emulator;
  let place: Place;

  async function start(
    quirks: S3Quirks = {},
    versioning: Versioning = 'off',
    options: EmulatorOptions = {},
  ): Promise<void> {
    emulator = await startEmulator({ s3: { quirks }, buckets: [{ name: 'demo', versioning }], ...options });
    await emulator.bucket('demo').seed(['bystander', 'store-doctor', 'store-doctor-x']);
    place = await Place.create();
    await place.configure(`{
  // kept
  "stores": {
    "demo": {
      "provider": "s3",
      "bucket": "demo",
      "endpoint": "${emulator.endpoints.s3}", // this one too
      "accessKeyId": "AK",
      "secretAccessKey": "SK"
    }
  }
}`);
  }
  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await emulator.close();
  });

  async function diagnose(): Promise<{
    answers: Record<string, string>;
    settings: Diagnosis['settings'];
    code: number | null;
  }> {
    const { stdout, code } = await place.run(['doctor', 'demo', '--json']);
    const { findings, settings } = JSON.parse(stdout) as Diagnosis;
    return {
      answers: Object.fromEntries(findings.map(({ probe, answer }) => [probe, answer])),
      settings,
      code,
    };
  }

  const cases: readonly {
    readonly title: string;
    readonly quirks: S3Quirks;
    readonly versioning?: Versioning;
    readonly answers: Readonly<Record<string, string>>;
    readonly settings: Readonly<Record<string, unknown>>;
  }[] = [
    {
      title: 'a service as AWS',
      quirks: {},
      answers: {
        'batch delete': 'yes',
        'Content-MD5 needed': 'no',
        'conditional delete': 'batch',
        versioning: 'off',
      },
      settings: { contentMd5: false, checksums: 'when-supported', conditionalPut: true, listVersion: 2 },
    },
    {
      title: 'Content-MD5 needed',
      quirks: { requireContentMd5: 'MissingArgument' },
      answers: { 'Content-MD5 needed': 'yes', 'checksum header accepted': 'no' },
      settings: { contentMd5: true, disableBatchDelete: false },
    },
    {
      title: 'checksum headers refused',
      quirks: { rejectChecksumHeaders: true },
      answers: { 'Content-MD5 needed': 'yes', 'CRC trailers accepted': 'no' },
      settings: { contentMd5: true, checksums: 'when-required' },
    },
    {
      title: 'CRC trailers refused',
      quirks: { rejectCrcTrailers: true },
      answers: { 'CRC trailers accepted': 'no', 'checksum header accepted': 'yes' },
      settings: { checksums: 'when-required' },
    },
    {
      title: 'no batch delete',
      quirks: { noBatchDelete: true },
      answers: { 'batch delete': 'no' },
      settings: { disableBatchDelete: true },
    },
    {
      title: 'more than 1000 keys in a batch',
      quirks: { maxBatchKeys: 5_000 },
      answers: { 'batch limit': 'more than 1000 keys' },
      settings: {},
    },
    {
      title: 'list version 1 alone',
      quirks: { listV1Only: true },
      answers: { listing: 'version 1' },
      settings: { listVersion: 1 },
    },
    {
      title: 'no encoding-type',
      quirks: { ignoreEncodingType: true },
      answers: { 'encoding-type': 'no' },
      settings: {},
    },
    {
      title: 'conditions on deletes ignored',
      quirks: { ignoreDeleteConditions: true },
      answers: { 'If-Match on deletes': 'no', 'ETags in batch deletes': 'no' },
      settings: { conditionalDelete: false },
    },
    {
      title: 'listings that begin at the beginning, whatever they are asked',
      quirks: { startAfter: 'ignored' },
      answers: { 'start-after': 'ignored' },
      settings: {},
    },
    {
      title: 'listings that begin at the key they are to begin behind',
      quirks: { startAfter: 'inclusive' },
      answers: { 'start-after': 'inclusive' },
      settings: {},
    },
    {
      title: 'no conditional writes',
      quirks: { noConditionalPut: true },
      answers: { 'conditional put': 'no' },
      settings: { conditionalPut: false },
    },
    {
      title: 'no digest checked, none needed',
      quirks: { digestOptional: true },
      answers: { 'Content-MD5 needed': 'no' },
      settings: { contentMd5: false },
    },
    {
      title: 'a versioned bucket',
      quirks: {},
      versioning: 'enabled',
      answers: {
        versioning: 'enabled',
        'version listing': 'yes',
        'delete markers told': 'yes',
        'batch limit': 'not tried',
      },
      settings: { versions: true },
    },
    {
      title: 'a suspended bucket',
      quirks: {},
      versioning: 'suspended',
      answers: { versioning: 'suspended' },
      settings: {},
    },
  ];
  for (const { title, quirks, versioning, answers, settings } of cases) {
    it(`finds ${title}, and leaves nothing behind`, async () => {
      await start(quirks, versioning);
      const found = await diagnose();
      expect(found.code).to.equal(0);
      expect(found.answers).to.include(answers);
      expect(found.settings.quirks).to.include(settings);
      const { versions } = await emulator
        .bucket('demo')
        .memory.listVersions({ prefix: '', maxKeys: 100 }, {});
      expect(versions.map(({ key }) => key)).to.deep.equal(['bystander', 'store-doctor', 'store-doctor-x']);
    });
  }

  it('writes what it found into the file, and keeps the comments', async () => {
    await start({ requireContentMd5: 'InvalidRequest' });
    const { code, stderr } = await place.run(['doctor', 'demo', '--write']);
    expect(code).to.equal(0);
    expect(stderr).to.match(/^written to .*store\.config\.json, stores\.demo\n$/);
    const text = await readFile(place.path('store.config.json'), 'utf8');
    expect(text).to.contain('// kept').and.contain('// this one too').and.contain('"contentMd5": true');
    await emulator.bucket('demo').seed(['p/1', 'p/2']);
    const { stdout } = await place.run(['rm', '-r', '--yes', '--json', 'demo:p/']);
    expect(JSON.parse(stdout)).to.deep.include({ deleted: 2, warnings: [] });
  });

  it('finds the right region and goes on in it', async () => {
    await start({}, 'off', { region: 'eu-central-1' });
    const { answers, settings } = await diagnose();
    expect(answers).to.include({ region: 'eu-central-1', 'batch delete': 'yes' });
    expect(settings.region).to.equal('eu-central-1');
  });

  it('says in a line why a store cannot be examined', async () => {
    await start({}, 'off', { credentials: [{ accessKeyId: 'AK', secretAccessKey: 'other' }] });
    const wrong = await place.run(['doctor', 'demo']);
    expect(wrong.code).to.equal(1);
    expect(wrong.stdout).to.match(/^credentials +refused +the signature does not match/);
    await emulator.close();
    const gone = await place.run(['doctor', 'demo']);
    expect(gone.code).to.equal(1);
    expect(gone.stdout).to.match(/^reachable +no +the connection was refused/);
  });

  it('finds a clock that is wrong', async () => {
    await start({}, 'off', { clockOffsetMs: 3_600_000 });
    const { answers } = await diagnose();
    expect(answers).to.include({ clock: 'wrong' });
  });

  it('cleans up after Ctrl-C', async () => {
    await start({}, 'enabled', { latency: { baseMs: 20 } });
    const child = place.start(['doctor', 'demo']);
    let lines = 0;
    child.stdout.on('data', () => {
      if (++lines === 8) child.kill('SIGINT');
    });
    const { code } = await finish(child);
    expect(code).to.equal(130);
    const { versions } = await emulator.bucket('demo').memory.listVersions({ prefix: '', maxKeys: 100 }, {});
    expect(versions.map(({ key }) => key)).to.deep.equal(['bystander', 'store-doctor', 'store-doctor-x']);
  });

  it('examines a store of any kind', async () => {
    await start();
    await place.configure({ stores: { scratch: { provider: 'fs', root: './data', create: true } } });
    const { code, stdout } = await place.run(['doctor', 'scratch:some/']);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^put +yes\nget +yes\nlist +yes\ndelete +yes\n/);
    expect((await place.run(['ls', '-r', 'scratch:'])).stdout).to.equal('');
  });
});
