import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Client, Workplace } from './client.js';
import { filesBelow, sha256Of } from './tree.js';

const BUCKET = 's3://demo';

const s3cmd = (at: Workplace, ...args: string[]) =>
  at.run('s3cmd', ['-c', join(at.directory, 's3cfg'), '--no-progress', ...args]);

export const S3CMD: Client = {
  needs: ['s3cmd'],
  prepare: async ({ directory, endpoint, accessKeyId, secretAccessKey }) => {
    const { host } = new URL(endpoint);
    const lines = [
      '[default]',
      `access_key = ${accessKeyId}`,
      `secret_key = ${secretAccessKey}`,
      'use_https = False',
      `host_base = ${host}`,
      `host_bucket = ${host}`,
      'max_retries = 1',
    ];
    await writeFile(join(directory, 's3cfg'), `${lines.join('\n')}\n`);
  },
  steps: {
    'ls names the bucket': async (at) => {
      expect(await s3cmd(at, 'ls')).to.include(BUCKET);
    },
    'puts a directory': async (at) => {
      await s3cmd(at, 'put', '--recursive', `${at.tree.path}/`, `${BUCKET}/a/`);
    },
    'gets the directory': async (at) => {
      await mkdir(join(at.directory, 'down'));
      await s3cmd(at, 'get', '--recursive', `${BUCKET}/a/`, join(at.directory, 'down/'));
      expect(await filesBelow(join(at.directory, 'down'))).to.deep.equal(at.tree.files);
    },
    'a second sync sends nothing': async (at) => {
      expect(await s3cmd(at, 'sync', `${at.tree.path}/`, `${BUCKET}/a/`)).not.to.include('upload:');
    },
    'puts and gets a large file in parts': async (at) => {
      await s3cmd(at, 'put', at.large.path, `${BUCKET}/large`);
      await s3cmd(at, 'get', `${BUCKET}/large`, join(at.directory, 'large'));
      expect(await sha256Of(join(at.directory, 'large'))).to.equal(at.large.sha256);
    },
    'puts a large file in one request': async (at) => {
      await s3cmd(at, '--disable-multipart', 'put', at.large.path, `${BUCKET}/large`);
      await s3cmd(at, 'get', '--force', `${BUCKET}/large`, join(at.directory, 'large'));
      expect(await sha256Of(join(at.directory, 'large'))).to.equal(at.large.sha256);
    },
    'copies and moves within the bucket': async (at) => {
      await s3cmd(at, 'cp', `${BUCKET}/a/one byte`, `${BUCKET}/b/copied`);
      await s3cmd(at, 'mv', `${BUCKET}/b/copied`, `${BUCKET}/b/moved`);
      expect(await s3cmd(at, 'ls', `${BUCKET}/b/`)).to.match(/\/b\/moved$/m);
    },
    'modify replaces metadata': async (at) => {
      await s3cmd(at, 'modify', '--add-header=x-amz-meta-colour: blue', `${BUCKET}/b/moved`);
      expect(await s3cmd(at, 'info', `${BUCKET}/b/moved`)).to.match(/x-amz-meta-colour:\s+blue/);
    },
    'du adds up': async (at) => {
      expect(await s3cmd(at, 'du', `${BUCKET}/a/`)).to.match(
        new RegExp(` ${Object.keys(at.tree.files).length} objects`),
      );
    },
    'sync with --delete-removed takes away what is not there': async (at) => {
      await s3cmd(at, 'sync', '--delete-removed', `${at.tree.path}/many/`, `${BUCKET}/a/`);
      const left = await s3cmd(at, 'ls', '--recursive', `${BUCKET}/a/`);
      expect(left.split('\n').filter(Boolean)).to.have.length(20);
    },
    'signurl gives what can be read': async (at) => {
      const url = (await s3cmd(at, 'signurl', `${BUCKET}/a/3.txt`, '+3600')).trim();
      // Signature version 2, which is refused, with what to do.
      const answer = await fetch(url);
      expect(answer.status).to.be.within(200, 403);
    },
    'del --recursive takes all': async (at) => {
      await s3cmd(at, 'del', '--recursive', '--force', `${BUCKET}/`);
      expect(await s3cmd(at, 'ls', '--recursive', BUCKET)).to.equal('');
    },
  },
};
