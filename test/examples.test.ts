import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
const run = promisify(execFile);

const DELETED = 'deleted 3, complete: true\nstill there: logs-archive/2025.txt\n';

describe('examples', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'store-examples-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const output = async (name: string): Promise<string> =>
    (await run(process.execPath, [join(EXAMPLES, 'dist', `${name}.js`)], { cwd: directory })).stdout;

  it('delete a prefix with any provider, with one program', async () => {
    for (const name of ['delete-prefix-fs', 'delete-prefix-memory'])
      expect(await output(name), name).to.equal(DELETED);
  });

  it('differ between providers in the import and the configuration alone', async () => {
    const [fs, memory] = await Promise.all(
      ['fs', 'memory'].map(async (provider) =>
        (await readFile(join(EXAMPLES, `delete-prefix-${provider}.ts`), 'utf8')).split('\n'),
      ),
    );
    const different = fs?.filter((line, i) => line !== memory?.[i]);
    expect(different).to.have.length(2);
    expect(different?.[0]).to.match(/^import \{ fs \} from '@store\/fs'/);
    expect(different?.[1]).to.match(/^const store = await openStore\(/);
    expect(fs?.length).to.equal(memory?.length);
  });

  it('inject stores with inversify', async () => {
    expect(await output('with-inversify')).to.equal(
      'deleted 1, remaining: 0\nscratch still has its object: true\n',
    );
  });
});
