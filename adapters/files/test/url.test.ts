import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf } from '@store/conformance';
import { files } from '@store/files';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';

describe('files: addresses', () => {
  let root: string;
  const parse = async (address: string) => files.url?.parse(address);

  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'store-files-')));
    await mkdir(join(root, 'dir/sub'), { recursive: true });
    await writeFile(join(root, 'dir/file'), 'x');
    await symlink('dir', join(root, 'link'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('have the directory of what they name as root, and its name as key', async () => {
    const dir = join(root, 'dir');
    for (const [address, parent, key] of [
      [`file://${dir}/file`, dir, 'file'],
      [`file://localhost${dir}/file`, dir, 'file'],
      [`file:${dir}/none`, dir, 'none'],
      [`file:${dir}/none/`, dir, 'none/'],
      [`file:${dir}/new/one/a%20%25b`, dir, 'new/one/a %b'],
      [`file:${dir}`, root, 'dir/'],
      [`file:${dir}/`, root, 'dir/'],
      [`file:${dir}/.`, root, 'dir/'],
      [`file:${dir}/sub/..`, root, 'dir/'],
      [`file:${root}/link`, root, 'link'],
      [`file:${root}/link/`, root, 'dir/'],
      [`file:${root}/link/file`, join(root, 'link'), 'file'],
      [`file:${dir}/file/below`, dir, 'file/below'],
      [`file:${dir}/*.txt`, root, 'dir/*.txt'],
      [`file:${root}/link/*`, root, 'dir/*'],
      [`file:${dir}/none/*`, dir, 'none/*'],
      ['file:/*', '/', '*'],
      ['file:/', '/', ''],
      ['file:.', join(process.cwd(), '..'), `${process.cwd().split('/').at(-1)}/`],
    ] as const)
      expect(await parse(address), address).to.deep.equal({ config: { root: parent, fsync: false }, key });
  });

  it('are refused when they are none, or lead into an fs store', async () => {
    for (const address of [
      'file:',
      'file://',
      'file://host/x',
      'file:////host/x',
      'file:/a%2Fb',
      'file:/a%00',
      'file:/%zz',
    ])
      await errorOf(parse(address), 'InvalidArgument');
    await writeFile(join(root, 'dir/.store-fs.json'), '{"format":1}');
    for (const address of [`file:${root}/dir`, `file:${root}/dir/objects/k`]) {
      const error = await errorOf(parse(address), 'InvalidArgument');
      expect(error.reason).to.include(`fs://${root}/dir/KEY`);
    }
  });
});
