import {
  appendFile,
  chmod,
  cp,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Client, Workplace } from './client.js';
import { filesBelow, sha256Of } from './tree.js';

const mounted = ({ directory }: Workplace, ...names: string[]) => join(directory, 'mnt', ...names);

async function mount(at: Workplace): Promise<void> {
  const password = join(at.directory, 'passwd');
  await writeFile(password, `${at.accessKeyId}:${at.secretAccessKey}\n`);
  await chmod(password, 0o600);
  await mkdir(mounted(at), { recursive: true });
  const options = [`url=${at.endpoint}`, 'use_path_request_style', `passwd_file=${password}`, 'retries=1'];
  await at.run('s3fs', ['demo', mounted(at), ...options.flatMap((option) => ['-o', option])]);
}

const unmount = (at: Workplace) => at.run('fusermount', ['-u', mounted(at)]);

export const S3FS: Client = {
  needs: ['s3fs', 'fusermount', '/dev/fuse'],
  steps: {
    'mounts the bucket': mount,
    'copies a directory in and reads it': async (at) => {
      await cp(at.tree.path, mounted(at, 'a'), { recursive: true });
      expect(await filesBelow(mounted(at, 'a'))).to.deep.equal(at.tree.files);
    },
    'appends to a file': async (at) => {
      await writeFile(mounted(at, 'log'), 'one\n');
      await appendFile(mounted(at, 'log'), 'two\n');
      expect(await readFile(mounted(at, 'log'), 'utf8')).to.equal('one\ntwo\n');
    },
    'changes the end of a file in parts': async (at) => {
      const name = mounted(at, 'a/sizes/in parts');
      await appendFile(name, 'x');
      expect((await stat(name)).size).to.equal(20 * 1024 * 1024 + 1);
      await truncate(name, 20 * 1024 * 1024);
    },
    'renames a file and a directory': async (at) => {
      await rename(mounted(at, 'log'), mounted(at, 'renamed'));
      await rename(mounted(at, 'a'), mounted(at, 'b'));
      expect(await readFile(mounted(at, 'renamed'), 'utf8')).to.equal('one\ntwo\n');
    },
    'copies a large file in, and renames it': async (at) => {
      await cp(at.large.path, mounted(at, 'large'));
      await rename(mounted(at, 'large'), mounted(at, 'larger'));
    },
    'mounted again, all is there': async (at) => {
      await unmount(at);
      await mount(at);
      expect(await filesBelow(mounted(at, 'b'))).to.deep.equal(at.tree.files);
      expect(await sha256Of(mounted(at, 'larger'))).to.equal(at.large.sha256);
    },
    'removes all': async (at) => {
      for (const name of ['b', 'larger', 'renamed']) await rm(mounted(at, name), { recursive: true });
      expect(await filesBelow(mounted(at))).to.deep.equal({});
    },
  },
  end: async (at) => {
    await unmount(at).catch(() => undefined);
  },
};
