import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { Client as MinioClient, CopyDestinationOptions, CopySourceOptions } from 'minio';
import type { Client, Workplace } from './client.js';
import { sha256Of } from './tree.js';

function connect({ endpoint, accessKeyId, secretAccessKey }: Workplace): MinioClient {
  const { hostname, port } = new URL(endpoint);
  return new MinioClient({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey: accessKeyId,
    secretKey: secretAccessKey,
    region: 'us-east-1',
  });
}

async function namesIn(client: MinioClient, prefix: string): Promise<string[]> {
  const names: string[] = [];
  const listed: AsyncIterable<{ readonly name?: string }> = client.listObjectsV2('demo', prefix, true);
  for await (const { name = '' } of listed) names.push(name);
  return names;
}

export const MINIO_JS: Client = {
  needs: [],
  steps: {
    'finds the bucket': async (at) => {
      const client = connect(at);
      expect(await client.bucketExists('demo')).to.equal(true);
      expect((await client.listBuckets()).map(({ name }) => name)).to.deep.equal(['demo']);
    },
    'uploads and downloads files': async (at) => {
      const client = connect(at);
      for (const [name, sha256] of Object.entries(at.tree.files)) {
        await client.fPutObject('demo', `m/${name}`, join(at.tree.path, name));
        const there = join(at.directory, 'one');
        await client.fGetObject('demo', `m/${name}`, there);
        expect(await sha256Of(there), name).to.equal(sha256);
      }
    },
    'lists them': async (at) => {
      const expected = Object.keys(at.tree.files).map((name) => `m/${name}`);
      expect(await namesIn(connect(at), 'm/')).to.have.members(expected);
    },
    'uploads a large file in parts': async (at) => {
      const client = connect(at);
      await client.fPutObject('demo', 'large', at.large.path);
      await client.fGetObject('demo', 'large', join(at.directory, 'large'));
      expect(await sha256Of(join(at.directory, 'large'))).to.equal(at.large.sha256);
    },
    'uploads a stream of unknown length': async (at) => {
      const client = connect(at);
      const file = join(at.tree.path, 'sizes/in parts');
      await client.putObject('demo', 'stream', createReadStream(file));
      expect((await client.statObject('demo', 'stream')).size).to.equal(20 * 1024 * 1024);
    },
    'reads a range': async (at) => {
      const file = await readFile(join(at.tree.path, 'sizes/in parts'));
      const part = await connect(at).getPartialObject('demo', 'stream', 5_000_000, 777);
      expect((await buffer(part)).equals(file.subarray(5_000_000, 5_000_777))).to.equal(true);
    },
    'copies, and composes out of parts of others': async (at) => {
      const client = connect(at);
      await client.copyObject('demo', 'copied', '/demo/stream');
      const sources = [
        new CopySourceOptions({ Bucket: 'demo', Object: 'stream' }),
        new CopySourceOptions({ Bucket: 'demo', Object: 'copied', MatchRange: true, Start: 0, End: 999 }),
      ];
      await client.composeObject(new CopyDestinationOptions({ Bucket: 'demo', Object: 'composed' }), sources);
      expect((await client.statObject('demo', 'composed')).size).to.equal(20 * 1024 * 1024 + 1000);
    },
    'keeps metadata': async (at) => {
      const client = connect(at);
      await client.putObject('demo', 'kept', 'hello', undefined, {
        'Content-Type': 'text/x-test',
        colour: 'blue',
      });
      const { metaData } = await client.statObject('demo', 'kept');
      expect(metaData).to.deep.include({ 'content-type': 'text/x-test', colour: 'blue' });
    },
    'signs URLs': async (at) => {
      const client = connect(at);
      const put = await client.presignedPutObject('demo', 'signed', 60);
      expect((await fetch(put, { method: 'PUT', body: 'by a link' })).status).to.equal(200);
      const answer = await fetch(await client.presignedGetObject('demo', 'signed', 60));
      expect(await answer.text()).to.equal('by a link');
    },
    'uploads by a form': async (at) => {
      const client = connect(at);
      const policy = client.newPostPolicy();
      policy.setBucket('demo');
      policy.setKey('form');
      policy.setExpires(new Date(Date.now() + 60_000));
      policy.setContentLengthRange(1, 100);
      const { postURL, formData } = await client.presignedPostPolicy(policy);
      const form = new FormData();
      for (const [name, value] of Object.entries(formData)) form.set(name, String(value));
      form.set('file', new Blob(['by a form']), 'form.txt');
      expect((await fetch(postURL, { method: 'POST', body: form })).status).to.equal(204);
      expect(String(await buffer(await client.getObject('demo', 'form')))).to.equal('by a form');
    },
    'deletes all': async (at) => {
      const client = connect(at);
      await client.removeObject('demo', 'kept');
      await client.removeObjects('demo', await namesIn(client, ''));
      expect(await namesIn(client, '')).to.deep.equal([]);
    },
  },
};
