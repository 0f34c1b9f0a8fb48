import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Client, Workplace } from './client.js';
import { filesBelow, sha256Of } from './tree.js';

const REMOTE = 'gateway:demo';

const rclone = (at: Workplace, ...args: string[]) =>
  at.run('rclone', ['--config', join(at.directory, 'rclone.conf'), '--retries', '1', ...args]);

const lines = (text: string): string[] => text.split('\n').filter(Boolean);

export const RCLONE: Client = {
  needs: ['rclone'],
  prepare: async ({ directory, endpoint, accessKeyId, secretAccessKey }) => {
    const lines = [
      '[gateway]',
      'type = s3',
      'provider = Other',
      `access_key_id = ${accessKeyId}`,
      `secret_access_key = ${secretAccessKey}`,
      `endpoint = ${endpoint}`,
    ];
    await writeFile(join(directory, 'rclone.conf'), `${lines.join('\n')}\n`);
  },
  steps: {
    'lsd names the bucket': async (at) => {
      expect(await rclone(at, 'lsd', 'gateway:')).to.match(/ demo$/m);
    },
    'lists an empty prefix': async (at) => {
      expect(await rclone(at, 'lsf', `${REMOTE}/a`)).to.equal('');
    },
    'copies a directory up': async (at) => {
      await rclone(at, 'copy', at.tree.path, `${REMOTE}/a`);
    },
    'lsf -R names just these': async (at) => {
      const names = lines(await rclone(at, 'lsf', '-R', '--files-only', `${REMOTE}/a`));
      expect(names).to.have.members(Object.keys(at.tree.files));
    },
    'lsf names directories once': async (at) => {
      const names = lines(await rclone(at, 'lsf', `${REMOTE}/a`));
      const top = Object.keys(at.tree.files).map((name) => name.replace(/\/.*/s, '/'));
      expect(names).to.have.members([...new Set(top)]);
    },
    'size adds them up': async (at) => {
      const { count } = JSON.parse(await rclone(at, 'size', '--json', `${REMOTE}/a`)) as { count: number };
      expect(count).to.equal(Object.keys(at.tree.files).length);
    },
    'check by hash finds no difference': async (at) => {
      await rclone(at, 'check', at.tree.path, `${REMOTE}/a`);
    },
    'check by content finds no difference': async (at) => {
      await rclone(at, 'check', '--download', at.tree.path, `${REMOTE}/a`);
    },
    'copies the directory down': async (at) => {
      await rclone(at, 'copy', `${REMOTE}/a`, join(at.directory, 'down'));
      expect(await filesBelow(join(at.directory, 'down'))).to.deep.equal(at.tree.files);
    },
    'a second copy up sends nothing': async (at) => {
      const log = join(at.directory, 'again.log');
      await rclone(at, '-v', '--log-file', log, 'copy', at.tree.path, `${REMOTE}/a`);
      expect(await readFile(log, 'utf8')).not.to.include('Copied');
    },
    'cat of a range': async (at) => {
      const name = 'sizes/just above a part';
      const whole = await readFile(join(at.tree.path, name));
      const args = ['--offset', '4000000', '--count', '1000', `${REMOTE}/a/${name}`];
      // Bytes, no text.
      const command = 'rclone --config "$0" cat "$@" | sha256sum';
      const sum = await at.run('sh', ['-c', command, join(at.directory, 'rclone.conf'), ...args]);
      expect(sum.slice(0, 64)).to.equal(sha256(whole.subarray(4_000_000, 4_001_000)));
    },
    'rcat writes what it reads': async (at) => {
      await at.run('rclone', ['--config', join(at.directory, 'rclone.conf'), 'rcat', `${REMOTE}/rcat`], {
        input: 'from standard input',
      });
      expect(await rclone(at, 'cat', `${REMOTE}/rcat`)).to.equal('from standard input');
    },
    'rcat of more than it holds, in parts of unknown number': async (at) => {
      const file = join(at.tree.path, 'sizes/in parts');
      const config = join(at.directory, 'rclone.conf');
      await at.run('sh', ['-c', `rclone --config "$0" rcat "$1" < "$2"`, config, `${REMOTE}/rcat`, file]);
      await rclone(at, 'copyto', `${REMOTE}/rcat`, join(at.directory, 'rcat'));
      expect(await sha256Of(join(at.directory, 'rcat'))).to.equal(await sha256Of(file));
    },
    'touch changes the time by a copy onto itself': async (at) => {
      await rclone(at, 'touch', '-t', '2020-01-02T03:04:05', `${REMOTE}/a/one byte`);
      expect(await rclone(at, 'lsl', `${REMOTE}/a/one byte`)).to.include('2020-01-02 03:04:05');
    },
    'copies a file within the bucket': async (at) => {
      await rclone(at, 'copyto', `${REMOTE}/a/sizes/a part`, `${REMOTE}/b/copy`);
      expect(await rclone(at, 'lsf', `${REMOTE}/b`)).to.equal('copy\n');
    },
    'moves a file within the bucket': async (at) => {
      await rclone(at, 'moveto', `${REMOTE}/b/copy`, `${REMOTE}/b/moved`);
      expect(await rclone(at, 'lsf', `${REMOTE}/b`)).to.equal('moved\n');
    },
    'copies a directory within the bucket': async (at) => {
      await rclone(at, 'copy', `${REMOTE}/a`, `${REMOTE}/c`);
      await rclone(at, 'check', '--download', `${REMOTE}/c`, at.tree.path);
    },
    'moves a directory within the bucket': async (at) => {
      await rclone(at, 'move', `${REMOTE}/c`, `${REMOTE}/d`);
      expect(await rclone(at, 'lsf', '-R', `${REMOTE}/c`)).to.equal('');
      await rclone(at, 'check', at.tree.path, `${REMOTE}/d`);
    },
    'copies a large file in parts': async (at) => {
      await rclone(at, 'copyto', at.large.path, `${REMOTE}/e/1.large`);
    },
    'copies a large file in one request': async (at) => {
      const one = ['--s3-upload-cutoff', '1G', '--s3-chunk-size', '5M'];
      await rclone(at, ...one, 'copyto', at.large.path, `${REMOTE}/e/2.large`);
    },
    'copies a large file within the bucket, in parts': async (at) => {
      await rclone(at, '--s3-copy-cutoff', '100M', 'copyto', `${REMOTE}/e/1.large`, `${REMOTE}/e/3.large`);
    },
    'copies the large files down': async (at) => {
      await rclone(at, 'copy', `${REMOTE}/e`, join(at.directory, 'large'));
      const { sha256 } = at.large;
      expect(await filesBelow(join(at.directory, 'large'))).to.deep.equal({
        '1.large': sha256,
        '2.large': sha256,
        '3.large': sha256,
      });
    },
    'a presigned link can be read': async (at) => {
      const link = (await rclone(at, 'link', '--expire', '1h', `${REMOTE}/a/a+b&c=d.txt`)).trim();
      const answer = await fetch(link);
      const body = new Uint8Array(await answer.arrayBuffer());
      expect(sha256(body)).to.equal(at.tree.files['a+b&c=d.txt']);
    },
    'copyurl writes what it fetched': async (at) => {
      const link = (await rclone(at, 'link', `${REMOTE}/a/a+b&c=d.txt`)).trim();
      await rclone(at, 'copyurl', link, `${REMOTE}/copied from url`);
      const args = ['hashsum', 'sha256', '--download', `${REMOTE}/copied from url`];
      expect(await rclone(at, ...args)).to.include(at.tree.files['a+b&c=d.txt']);
    },
    'sync down takes away what is not there': async (at) => {
      await writeFile(join(at.directory, 'down/left over'), 'x');
      await rclone(at, 'sync', `${REMOTE}/a`, join(at.directory, 'down'));
      expect(await filesBelow(join(at.directory, 'down'))).to.deep.equal(at.tree.files);
    },
    'sync up takes away what is not there': async (at) => {
      await rclone(at, 'sync', join(at.tree.path, 'many'), `${REMOTE}/d`);
      expect(lines(await rclone(at, 'lsf', `${REMOTE}/d`))).to.have.length(20);
    },
    'deletes by a pattern': async (at) => {
      await rclone(at, 'delete', '--include', '*.large', REMOTE);
      expect(await rclone(at, 'lsf', '-R', '--files-only', '--include', '*.large', REMOTE)).to.equal('');
    },
    'deletes a file': async (at) => {
      await rclone(at, 'deletefile', `${REMOTE}/b/moved`);
      expect(await rclone(at, 'lsf', `${REMOTE}/b`)).to.equal('');
    },
    'purges a directory and nothing else': async (at) => {
      await rclone(at, 'purge', `${REMOTE}/d`);
      expect(await rclone(at, 'lsf', `${REMOTE}/d`)).to.equal('');
      await rclone(at, 'check', '--size-only', at.tree.path, `${REMOTE}/a`);
    },
    'finds no upload left in parts': async (at) => {
      await rclone(at, 'cleanup', REMOTE);
      const uploads = await rclone(at, 'backend', 'list-multipart-uploads', REMOTE);
      expect(JSON.parse(uploads)).to.deep.equal({ demo: [] });
    },
    'deletes the rest': async (at) => {
      await rclone(at, 'delete', REMOTE);
      expect(await rclone(at, 'lsf', '-R', '--files-only', REMOTE)).to.equal('');
    },
  },
};

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
