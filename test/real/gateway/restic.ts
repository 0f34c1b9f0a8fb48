import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Client, Workplace } from './client.js';
import { filesBelow } from './tree.js';

function restic(at: Workplace, ...args: string[]): Promise<string> {
  const env = {
    AWS_ACCESS_KEY_ID: at.accessKeyId,
    AWS_SECRET_ACCESS_KEY: at.secretAccessKey,
    RESTIC_PASSWORD: 'a password',
    RESTIC_CACHE_DIR: join(at.directory, 'cache'),
  };
  return at.run('restic', ['-r', `s3:${at.endpoint}/demo/restic`, '--quiet', ...args], { env });
}

export const RESTIC: Client = {
  needs: ['restic'],
  steps: {
    'makes a repository': (at) => restic(at, 'init').then(() => undefined),
    'backs up': (at) => restic(at, 'backup', at.tree.path).then(() => undefined),
    'backs up a large file': (at) => restic(at, 'backup', at.large.path).then(() => undefined),
    'backs up again': (at) => restic(at, 'backup', at.tree.path).then(() => undefined),
    'checks all that is stored': (at) => restic(at, 'check', '--read-data').then(() => undefined),
    'restores what it was': async (at) => {
      const target = join(at.directory, 'restored');
      await mkdir(target);
      await restic(at, 'restore', 'latest', '--path', at.tree.path, '--target', target);
      expect(await filesBelow(join(target, at.tree.path))).to.deep.equal(at.tree.files);
    },
    'forgets and prunes': async (at) => {
      await restic(at, 'forget', '--keep-last', '1', '--group-by', 'host', '--prune');
      const snapshots: unknown = JSON.parse(await restic(at, 'snapshots', '--json'));
      expect(snapshots).to.have.length(1);
      await restic(at, 'check', '--read-data');
    },
  },
};
