import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
const run = promisify(execFile);

const PROVIDERS = ['fs', 'memory', 's3'] as const;

const DELETED = 'deleted 3, complete: true\nstill there: logs-archive/2025.txt\n';

describe('examples', () => {
  let directory: string;
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
    directory = await mkdtemp(join(tmpdir(), 'store-examples-'));
  });
  after(async () => {
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  });

  const output = async (name: string): Promise<string> => {
    // As an operator would point the AWS SDK to a service, without a word in the program.
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL_S3: emulator.endpoints.s3,
      AWS_REGION: emulator.region,
      AWS_ACCESS_KEY_ID: emulator.credential.accessKeyId,
      AWS_SECRET_ACCESS_KEY: emulator.credential.secretAccessKey,
    };
    return (await run(process.execPath, [join(EXAMPLES, 'dist', `${name}.js`)], { cwd: directory, env }))
      .stdout;
  };

  it('delete a prefix with any provider, with one program', async () => {
    for (const provider of PROVIDERS)
      expect(await output(`delete-prefix-${provider}`), provider).to.equal(DELETED);
  });

  it('differ between providers in the import and the configuration alone', async () => {
    const [first = [], ...others] = await Promise.all(
      PROVIDERS.map(async (provider) =>
        (await readFile(join(EXAMPLES, `delete-prefix-${provider}.ts`), 'utf8')).split('\n'),
      ),
    );
    for (const other of others) {
      const different = first.filter((line, i) => line !== other[i]);
      expect(different).to.have.length(2);
      expect(different[0]).to.match(/^import \{ fs \} from '@store\/fs'/);
      expect(different[1]).to.match(/^const store = await openStore\(/);
      expect(first.length).to.equal(other.length);
    }
  });

  it('inject stores with inversify', async () => {
    expect(await output('with-inversify')).to.equal(
      'deleted 1, remaining: 0\nscratch still has its object: true\n',
    );
  });
});
