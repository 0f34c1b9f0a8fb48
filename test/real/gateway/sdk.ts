import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { expect } from 'chai';
import type { Client, Workplace } from './client.js';
import { sha256Of } from './tree.js';

/** With the checksums that it sends by default. */
function connect({ endpoint, accessKeyId, secretAccessKey }: Workplace): S3Client {
  const credentials = { accessKeyId, secretAccessKey };
  return new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials, maxAttempts: 1 });
}

async function download(client: S3Client, key: string, file: string): Promise<string> {
  const { Body: body } = await client.send(new GetObjectCommand({ Bucket: 'demo', Key: key }));
  if (!(body instanceof Readable)) throw new Error('no stream');
  await writeFile(file, body);
  return sha256Of(file);
}

async function keysIn(client: S3Client, pageSize: number): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client, pageSize }, { Bucket: 'demo' }))
    keys.push(...(page.Contents ?? []).map(({ Key: key = '' }) => key));
  return keys;
}

export const AWS_SDK: Client = {
  needs: [],
  steps: {
    'puts and gets files': async (at) => {
      const client = connect(at);
      for (const [name, sha256] of Object.entries(at.tree.files)) {
        const body = await readFile(join(at.tree.path, name));
        await client.send(new PutObjectCommand({ Bucket: 'demo', Key: name, Body: body }));
        expect(await download(client, name, join(at.directory, 'one')), name).to.equal(sha256);
      }
    },
    'puts a stream of known length, with a checksum behind it': async (at) => {
      const client = connect(at);
      const { path, size, sha256 } = at.large;
      const body = createReadStream(path);
      await client.send(
        new PutObjectCommand({
          Bucket: 'demo',
          Key: 'put',
          Body: body,
          ContentLength: size,
          ChecksumAlgorithm: 'SHA256',
        }),
      );
      expect(await download(client, 'put', join(at.directory, 'large'))).to.equal(sha256);
    },
    'uploads a large stream in parts': async (at) => {
      const client = connect(at);
      const params = { Bucket: 'demo', Key: 'parts', Body: createReadStream(at.large.path) };
      const { Location: location } = await new Upload({ client, params }).done();
      expect(location).to.include('/demo/parts');
      expect(await download(client, 'parts', join(at.directory, 'large'))).to.equal(at.large.sha256);
    },
    'copies within the bucket': async (at) => {
      const client = connect(at);
      await client.send(
        new CopyObjectCommand({ Bucket: 'demo', Key: 'copy', CopySource: 'demo/one%20byte' }),
      );
      const { ContentLength: length } = await client.send(
        new HeadObjectCommand({ Bucket: 'demo', Key: 'copy' }),
      );
      expect(length).to.equal(1);
    },
    'lists in pages': async (at) => {
      const client = connect(at);
      const expected = [...Object.keys(at.tree.files), 'copy', 'parts', 'put'];
      expect(await keysIn(client, 7)).to.have.members(expected);
    },
    'deletes all': async (at) => {
      const client = connect(at);
      const objects = (await keysIn(client, 1000)).map((key) => ({ Key: key }));
      const { Errors: errors = [] } = await client.send(
        new DeleteObjectsCommand({ Bucket: 'demo', Delete: { Objects: objects, Quiet: true } }),
      );
      expect(errors).to.deep.equal([]);
      expect(await keysIn(client, 1000)).to.deep.equal([]);
    },
  },
};
