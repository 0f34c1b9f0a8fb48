import { readFile, stat, writeFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { startEmulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { addStore } from '#src/commands/config-add.js';
import { shippedSchema } from '#src/config-schema.js';
import { Output } from '#src/output.js';
import { perform } from '#src/perform.js';
import { Place } from './run-store.js';

describe('store config add', () => {
  let place: Place;
  beforeEach(async () => {
    place = await Place.create();
  });
  afterEach(() => place[Symbol.asyncDispose]());
  const config = (): string => place.path('store.config.json');
  const read = async (): Promise<unknown> => JSON.parse(await readFile(config(), 'utf8'));

  /** Answers the questions; the input ends behind the last answer. */
  async function answering(
    name: string | undefined,
    ...answers: readonly string[]
  ): Promise<{ readonly code: number; readonly shown: string; readonly stdout: string; error?: unknown }> {
    const tty = (): PassThrough & { isTTY: boolean } => Object.assign(new PassThrough(), { isTTY: true });
    const [stdin, screen, stdout] = [tty(), tty(), new PassThrough()];
    stdin.end(answers.map((answer) => `${answer}\n`).join(''));
    const output = new Output(stdout, screen);
    let error: unknown;
    const add: Parameters<typeof perform>[0] = (context) =>
      addStore(context, name, { stdin, stderr: screen });
    const code = await perform(add, output, { config: config() }, 'config').catch((thrown: unknown) => {
      error = thrown;
      return -1;
    });
    await output.end(0);
    return { code, shown: String(screen.read()), stdout: String(stdout.read()), error };
  }

  it('says why it asks again', async () => {
    const { shown } = await answering('x', 'swift', 'fi', '', './there', 'n', 'n');
    expect(shown).to.match(/"swift" is none of .*files.*\n.*Provider/);
    expect(shown).to.match(/this has no default: an answer is needed\nroot/);
    const { shown: other } = await answering('y', 'f', 'files', './there', 'n');
    expect(other).to.match(/"f" may be (files or fs|fs or files)\r?\n/);
  });

  it('asks what the schema has, and writes keys as variables of the environment', async () => {
    const { code, shown, stdout } = await answering(
      undefined,
      'file',
      'photos',
      's3',
      'minio',
      '',
      'http://127.0.0.1:9000',
      'app-photos',
      '',
    );
    expect(shown).to.contain('no store can be called "file"');
    expect(shown).to.contain('endpoint: URL of an S3-compatible service');
    expect(code).to.equal(0);
    expect(await read()).to.deep.equal({
      stores: {
        photos: {
          provider: 's3',
          profile: 'minio',
          endpoint: 'http://127.0.0.1:9000',
          bucket: 'app-photos',
          accessKeyId: '${STORE_PHOTOS_ACCESS_KEY_ID}',
          secretAccessKey: '${STORE_PHOTOS_SECRET_ACCESS_KEY}',
        },
      },
    });
    expect(stdout).to.contain('set these variables of the environment:\n  STORE_PHOTOS_ACCESS_KEY_ID');
    expect(shown).to.contain('when they are set, "store doctor photos"');
  });

  it('says what is wrong with the answers, and asks once more', async () => {
    const wrong = ['oss', 'nowhere!', '', 'app-photos', ''];
    const { code, shown } = await answering('photos', ...wrong, 'oss-cn-beijing', '', '', '');
    expect(shown).to.match(/store: .*stores\.photos\.region.*\n.*store: so once more/s);
    expect(shown).to.contain('bucket [app-photos]:');
    expect(code).to.equal(0);
    expect(await read()).to.have.nested.property('stores.photos.region', 'oss-cn-beijing');
  });

  it('writes keys in clear when that is asked for, shows them nowhere, and runs doctor', async () => {
    await using emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
    const endpoint = emulator.endpoints.s3 ?? '';
    await writeFile(config(), '{ "stores": {} } // mine\n', { mode: 0o644 });
    const { accessKeyId, secretAccessKey } = emulator.credential;
    const keys = ['file', accessKeyId, secretAccessKey];
    const { code, shown, stdout } = await answering('photos', 's3', '', '', endpoint, 'demo', ...keys, 'y');
    expect(code, shown).to.equal(0);
    expect(await readFile(config(), 'utf8')).to.match(/"secretAccessKey": "SK"[\s\S]*\/\/ mine/);
    expect((await stat(config())).mode & 0o777).to.equal(0o600);
    expect(stdout).to.match(/DeleteObjects|batch/i);
    expect(stdout).not.to.contain(secretAccessKey);
  });

  it('replaces nothing unasked, and writes nothing when the answers end', async () => {
    const before = { stores: { photos: { provider: 'memory' } } };
    await writeFile(config(), JSON.stringify(before));
    expect((await answering('photos', 'n')).code).to.equal(1);
    expect((await answering('photos', 'y', 'fs')).error)
      .to.have.property('message')
      .that.contains('ended');
    expect((await answering('a:b')).error)
      .to.have.property('message')
      .that.contains('"a:b"');
    expect(await read()).to.deep.equal(before);
  });

  it('says what to write by hand where there is no terminal', async () => {
    const { code, stderr } = await place.run(['config', 'add', 'photos']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/needs a terminal; without one, write it by hand into store\.config\.json/);
    const [, example = ''] = /(\{ "stores.*\}\s*\})/.exec(stderr) ?? [];
    await writeFile(config(), example);
    expect(await place.output('config', 'check')).to.contain('photos: s3');
  });

  it('finds in every definition of the schema where the store is', () => {
    const { store: _, memory: __, ...definitions } = shippedSchema().definitions;
    for (const [provider, { required = [] }] of Object.entries(definitions))
      expect(required.includes('bucket') || required.includes('root'), provider).to.equal(true);
  });
});
