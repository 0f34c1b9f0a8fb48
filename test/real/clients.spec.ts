// Clients that this project did not write, on the emulator: what they list, sign and delete has to work there as it
// does on S3. Those that are not installed are skipped by name.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { writeClientConfig, type ClientConfig } from './client-config.js';
import { execute, missingCommand } from './daemons.js';

const SIBLINGS = ['p-x/1', 'p0', 'pp/1', 'P/1'];
const AWKWARD = [
  'a b',
  'a+b',
  'a%2Fb',
  'ünï',
  '日本語',
  '\u{1F600}',
  'a&b<c>"d\'',
  '100%',
  'a=b&c',
  '(x)[y]{z}',
  'a/b/c',
];

interface Client {
  readonly command: string;
  /** Empties `p/` of the bucket `demo`. */
  readonly args: (config: ClientConfig) => readonly string[];
  /** What it does in one request. */
  readonly deletesBy: 'DeleteObjects' | 'DeleteObject';
}

const CLIENTS: Readonly<Record<string, Client>> = {
  'aws s3 rm --recursive': {
    // Debian's, before any other that a version manager puts in front.
    command: '/usr/bin/aws',
    args: ({ endpoint }) => [
      '--endpoint-url',
      endpoint,
      's3',
      'rm',
      '--quiet',
      '--recursive',
      's3://demo/p/',
    ],
    deletesBy: 'DeleteObject',
  },
  's3cmd del -r': {
    command: 's3cmd',
    args: ({ s3cfg }) => ['-c', s3cfg, 'del', '-r', '--force', 's3://demo/p/'],
    deletesBy: 'DeleteObjects',
  },
  'rclone purge': {
    command: 'rclone',
    args: ({ rclone }) => ['--config', rclone, 'purge', 'emulator:demo/p'],
    deletesBy: 'DeleteObject',
  },
};

describe('foreign clients on the emulator', () => {
  let emulator: Emulator;
  let directory: string;
  let config: ClientConfig;

  beforeEach(async () => {
    emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
    directory = await mkdtemp(join(tmpdir(), 'store-clients-'));
    config = await writeClientConfig(emulator, directory);
  });
  afterEach(async () => {
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  });

  for (const [title, { command, args, deletesBy }] of Object.entries(CLIENTS)) {
    it(`${title} empties a prefix and nothing else`, async function () {
      if ((await missingCommand(command)) !== undefined) this.skip();
      this.timeout(120_000);
      const keys = [
        ...AWKWARD.map((key) => `p/${key}`),
        ...Array.from({ length: 1_500 }, (_, i) => `p/${i % 7}/${i}`),
      ];
      await emulator.bucket('demo').seed([...keys, ...SIBLINGS], 'x');
      await execute(command, [...args(config)], { env: config.env });
      expect(await emulator.bucket('demo').keys()).to.have.members(SIBLINGS);
      expect(emulator.log.of(deletesBy).length).to.be.above(0);
      const refused = emulator.log.entries.filter(({ status = 0 }) => status === 403 || status >= 500);
      expect(refused).to.deep.equal([]);
    });
  }
});
