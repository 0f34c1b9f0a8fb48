import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Client, Workplace } from './client.js';

const mounted = ({ directory }: Workplace, ...names: string[]) => join(directory, 'mnt', ...names);

async function mount(at: Workplace): Promise<void> {
  const password = join(at.directory, 'passwd');
  await writeFile(password, `${at.accessKeyId}:${at.secretAccessKey}\n`);
  await chmod(password, 0o600);
  await mkdir(mounted(at), { recursive: true });
  const options = [`url=${at.endpoint}`, 'use_path_request_style', `passwd_file=${password}`, 'retries=1'];
  await at.run('s3fs', ['demo', mounted(at), ...options.flatMap((option) => ['-o', option])]);
}

const unmount = (at: Workplace, ...options: string[]) =>
  at.run('fusermount', ['-u', ...options, mounted(at)]);

/**
 * Runs a command in the mounted directory. Never this process: a file there waits for the gateway, which waits for a thread
 * that opens files.
 */
const shell = (at: Workplace, command: string, ...args: string[]) =>
  at.run('sh', ['-c', `cd "$0" && ${command}`, mounted(at), ...args]);

/** SHA-256 of each file below a mounted directory, by its path there. */
async function filesBelow(at: Workplace, directory: string): Promise<Record<string, string>> {
  const sums = await shell(at, 'cd "$1" && find . -type f -print0 | xargs -0 -r sha256sum -z', directory);
  const lines = sums.split('\0').filter(Boolean);
  return Object.fromEntries(lines.map((line) => [line.slice(64 + '  ./'.length), line.slice(0, 64)]));
}

export const S3FS: Client = {
  needs: ['s3fs', 'fusermount', '/dev/fuse'],
  steps: {
    'mounts the bucket': mount,
    'copies a directory in and reads it': async (at) => {
      await shell(at, 'cp -r "$1" a', at.tree.path);
      expect(await filesBelow(at, 'a')).to.deep.equal(at.tree.files);
    },
    'appends to a file': async (at) => {
      expect(await shell(at, 'echo one > log && echo two >> log && cat log')).to.equal('one\ntwo\n');
    },
    'changes the end of a file in parts': async (at) => {
      const size = await shell(at, 'printf x >> "$1" && stat -c %s "$1"', 'a/sizes/in parts');
      expect(Number(size)).to.equal(20 * 1024 * 1024 + 1);
      await shell(at, 'truncate -s 20M "$1"', 'a/sizes/in parts');
    },
    'renames a file and a directory': async (at) => {
      expect(await shell(at, 'mv log renamed && mv a b && cat renamed')).to.equal('one\ntwo\n');
    },
    'copies a large file in, and renames it': async (at) => {
      await shell(at, 'cp "$1" large && mv large larger', at.large.path);
    },
    'mounted again, all is there': async (at) => {
      await unmount(at);
      await mount(at);
      expect(await filesBelow(at, 'b')).to.deep.equal(at.tree.files);
      expect(await shell(at, 'sha256sum < larger')).to.include(at.large.sha256);
    },
    'removes all': async (at) => {
      await shell(at, 'rm -r b larger renamed');
      expect(await filesBelow(at, '.')).to.deep.equal({});
    },
  },
  end: async (at) => {
    await unmount(at, '-z').catch(() => undefined);
  },
};
