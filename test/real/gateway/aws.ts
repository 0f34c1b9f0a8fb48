import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Client, Workplace } from './client.js';
import { filesBelow, sha256Of } from './tree.js';

/** Debian's, before any other that a version manager puts in front. */
const COMMAND = '/usr/bin/aws';
const BUCKET = 's3://demo';

function aws(at: Workplace, ...args: string[]): Promise<string> {
  const env = {
    AWS_ACCESS_KEY_ID: at.accessKeyId,
    AWS_SECRET_ACCESS_KEY: at.secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_PAGER: '',
    AWS_MAX_ATTEMPTS: '1',
  };
  return at.run(COMMAND, ['--endpoint-url', at.endpoint, ...args], { env });
}

const quiet = (at: Workplace, ...args: string[]) => aws(at, 's3', ...args, '--only-show-errors');

async function api(at: Workplace, operation: string, ...args: string[]): Promise<Record<string, unknown>> {
  const bucket = operation === 'list-buckets' ? [] : ['--bucket', 'demo'];
  const answer = await aws(at, 's3api', operation, ...bucket, ...args, '--output', 'json');
  return answer === '' ? {} : (JSON.parse(answer) as Record<string, unknown>);
}

export const AWS_CLI: Client = {
  needs: [COMMAND],
  steps: {
    'ls names the bucket': async (at) => {
      expect(await aws(at, 's3', 'ls')).to.match(/ demo$/m);
    },
    'head-bucket and get-bucket-location answer': async (at) => {
      await api(at, 'head-bucket');
      expect(await api(at, 'get-bucket-location')).to.deep.equal({ LocationConstraint: null });
    },
    'copies a directory up': async (at) => {
      await quiet(at, 'cp', '--recursive', at.tree.path, `${BUCKET}/a/`);
    },
    'ls --recursive counts them': async (at) => {
      const listed = await aws(at, 's3', 'ls', '--recursive', '--summarize', `${BUCKET}/a/`);
      expect(listed).to.include(`Total Objects: ${Object.keys(at.tree.files).length}`);
    },
    'copies the directory down': async (at) => {
      await quiet(at, 'cp', '--recursive', `${BUCKET}/a/`, join(at.directory, 'down'));
      expect(await filesBelow(join(at.directory, 'down'))).to.deep.equal(at.tree.files);
    },
    'a second sync sends nothing': async (at) => {
      await quiet(at, 'sync', at.tree.path, `${BUCKET}/a/`);
      expect(await aws(at, 's3', 'sync', '--size-only', at.tree.path, `${BUCKET}/a/`)).to.equal('');
    },
    'copies from standard input and to standard output': async (at) => {
      const file = join(at.directory, 'piped');
      await writeFile(file, 'from standard input');
      await quiet(at, 'cp', file, `${BUCKET}/piped`);
      expect(await quiet(at, 'cp', `${BUCKET}/piped`, '-')).to.equal('from standard input');
    },
    'copies a large file up, within the bucket, and down': async (at) => {
      await quiet(at, 'cp', at.large.path, `${BUCKET}/large/1`);
      await quiet(at, 'cp', `${BUCKET}/large/1`, `${BUCKET}/large/2`);
      await quiet(at, 'cp', `${BUCKET}/large/2`, join(at.directory, 'large'));
      expect(await sha256Of(join(at.directory, 'large'))).to.equal(at.large.sha256);
    },
    'moves a directory within the bucket': async (at) => {
      await quiet(at, 'mv', '--recursive', `${BUCKET}/a/`, `${BUCKET}/b/`);
      expect(await aws(at, 's3', 'ls', '--recursive', BUCKET)).not.to.include(' a/');
    },
    'sync within the bucket, and down with --delete': async (at) => {
      await quiet(at, 'sync', `${BUCKET}/b/`, `${BUCKET}/c/`);
      await writeFile(join(at.directory, 'down/left over'), 'x');
      await quiet(at, 'sync', '--delete', `${BUCKET}/c/`, join(at.directory, 'down'));
      expect(await filesBelow(join(at.directory, 'down'))).to.deep.equal(at.tree.files);
    },
    'put-object keeps what it is told': async (at) => {
      const put = [
        '--metadata',
        'colour=blue,size=9',
        '--content-type',
        'text/x-test',
        '--cache-control',
        'no-cache',
      ];
      await api(at, 'put-object', '--key', 'kept', '--body', join(at.directory, 'piped'), ...put);
      const head = await api(at, 'head-object', '--key', 'kept');
      expect(head).to.deep.include({
        ContentType: 'text/x-test',
        ContentLength: 19,
        CacheControl: 'no-cache',
      });
      expect(head['Metadata']).to.deep.equal({ colour: 'blue', size: '9' });
    },
    'copy-object replaces it': async (at) => {
      const replace = [
        '--metadata-directive',
        'REPLACE',
        '--metadata',
        'colour=red',
        '--content-type',
        'text/css',
      ];
      await api(at, 'copy-object', '--copy-source', 'demo/kept', '--key', 'copied', ...replace);
      const head = await api(at, 'head-object', '--key', 'copied');
      expect(head).to.deep.include({ ContentType: 'text/css', Metadata: { colour: 'red' } });
    },
    'get-object of a range': async (at) => {
      const file = join(at.directory, 'range');
      const range = await api(at, 'get-object', '--key', 'kept', '--range', 'bytes=5-12', file);
      expect(range).to.deep.include({ ContentRange: 'bytes 5-12/19' });
      expect(await readFile(file, 'utf8')).to.equal('standard');
    },
    'get-object on conditions': async (at) => {
      const { ETag: etag } = await api(at, 'head-object', '--key', 'kept');
      const file = join(at.directory, 'same');
      await api(at, 'get-object', '--key', 'kept', '--if-match', String(etag), file);
      const other = api(at, 'get-object', '--key', 'kept', '--if-match', '"other"', file);
      expect(await failure(other)).to.match(/412|PreconditionFailed/);
      const unchanged = api(at, 'get-object', '--key', 'kept', '--if-none-match', String(etag), file);
      expect(await failure(unchanged)).to.match(/304|Not Modified/);
    },
    'head-object of what is not there': async (at) => {
      expect(await failure(api(at, 'head-object', '--key', 'none'))).to.match(/404|Not Found/);
    },
    'list-objects in pages': async (at) => {
      const listed = await api(at, 'list-objects-v2', '--prefix', 'b/many/', '--page-size', '3');
      expect(listed['Contents']).to.have.length(20);
      const first = await api(at, 'list-objects', '--prefix', 'b/', '--delimiter', '/', '--page-size', '2');
      expect(first['CommonPrefixes']).to.deep.include({ Prefix: 'b/many/' });
    },
    'delete-objects names what is gone': async (at) => {
      const file = join(at.directory, 'delete.json');
      await writeFile(
        file,
        JSON.stringify({ Objects: [{ Key: 'kept' }, { Key: 'copied' }, { Key: 'none' }] }),
      );
      const { Deleted: deleted } = await api(at, 'delete-objects', '--delete', `file://${file}`);
      expect(deleted).to.have.length(3);
    },
    'a presigned URL can be read': async (at) => {
      const url = (await aws(at, 's3', 'presign', `${BUCKET}/piped`)).trim();
      expect(await (await fetch(url)).text()).to.equal('from standard input');
    },
    'rm --recursive with a pattern leaves the rest': async (at) => {
      await quiet(at, 'rm', '--recursive', `${BUCKET}/b/`, '--exclude', '*', '--include', 'many/*');
      const { Contents: left } = await api(at, 'list-objects-v2', '--prefix', 'b/');
      expect(left).to.have.length(Object.keys(at.tree.files).length - 20);
    },
    'rm --recursive takes all': async (at) => {
      await quiet(at, 'rm', '--recursive', BUCKET);
      expect(await api(at, 'list-objects-v2')).not.to.have.property('Contents');
    },
  },
};

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return String(error);
  }
  return 'it did not fail';
}
