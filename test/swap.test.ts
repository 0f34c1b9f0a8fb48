import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

describe('swapping the provider', () => {
  let emulator: Emulator;
  let directory: string;
  before(async () => {
    emulator = await startEmulator({ s3: {}, oss: {}, zos: {}, zosS3: {}, buckets: ['demo'] });
    directory = await mkdtemp(join(tmpdir(), 'store-swap-'));
    await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
    await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
  });
  after(async () => {
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  });

  const swaps = {
    OSS: {
      faces: ['oss'],
      adapter: { export: 'oss', package: '@store/oss' },
      config: () => ({
        provider: 'oss',
        bucket: 'demo',
        region: 'oss-us-east-1',
        endpoint: emulator.endpoints.oss?.replace('127.0.0.1', 'localhost'),
        pathStyle: true,
        accessKeyId: 'AK',
        accessKeySecret: 'SK',
      }),
    },
    CTYUN: {
      faces: ['zos', 'zosS3'],
      adapter: { export: 'ctyun', package: '@store/ctyun' },
      config: () => ({
        provider: 'ctyun',
        bucket: 'demo',
        regionId: emulator.regionId,
        endpoint: emulator.endpoints.zos,
        dataPlane: 'auto',
        accessKey: 'AK',
        secretKey: 'SK',
      }),
    },
  };
  for (const [name, { faces, adapter, config }] of Object.entries(swaps)) {
    it(`takes the program from S3 to ${name} by its configuration and the import alone`, async () => {
      emulator.log.clear();
      const program = await readFile(join(ROOT, 'examples/delete-prefix-s3.ts'), 'utf8');
      const swapped = program
        .replace("{ s3 } from '@store/s3'", `{ ${adapter.export} as s3 } from '${adapter.package}'`)
        .replace("{ provider: 's3', bucket: 'demo' }", JSON.stringify(config()));
      expect(swapped).to.contain(`"provider":"${adapter.export}"`).and.contain(adapter.package);
      await writeFile(join(directory, 'program.js'), swapped);
      const { stdout } = await run(process.execPath, ['program.js'], { cwd: directory });
      expect(stdout).to.equal('deleted 3, complete: true\nstill there: logs-archive/2025.txt\n');
      expect(new Set(emulator.log.entries.map(({ face }) => face))).to.deep.equal(new Set(faces));
    });
  }
});
