import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@store/core';
import { s3 } from '@store/s3';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';

/** Prints credentials that end in a minute, others each time: the SDK renews those that end within five. */
const PROCESS = `const { appendFileSync, statSync } = require('node:fs');
appendFileSync(process.argv[2], '.');
const AccessKeyId = 'AK' + statSync(process.argv[2]).size;
const Expiration = new Date(Date.now() + 60_000);
console.log(JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey: 'SK', SessionToken: 'T-' + AccessKeyId, Expiration }));
`;

describe('s3: credentials of the SDK that are renewed', () => {
  const seen: { readonly credential: string | undefined; readonly token: unknown }[] = [];
  const server = createServer((request, response) => {
    const [, credential] = /Credential=([^/]*)/.exec(request.headers.authorization ?? '') ?? [];
    seen.push({ credential, token: request.headers['x-amz-security-token'] });
    response.end('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>');
  });
  const { AWS_CONFIG_FILE } = process.env;
  let directory = '';

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'renewal-'));
    const [program, calls, config] = ['process.cjs', 'calls', 'config'].map((name) => join(directory, name));
    await writeFile(program ?? '', PROCESS);
    await writeFile(
      config ?? '',
      `[profile renewed]\ncredential_process = "${process.execPath}" "${program}" "${calls}"\n`,
    );
    process.env['AWS_CONFIG_FILE'] = config;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    if (AWS_CONFIG_FILE === undefined) delete process.env['AWS_CONFIG_FILE'];
    else process.env['AWS_CONFIG_FILE'] = AWS_CONFIG_FILE;
    server.closeAllConnections();
    server.close();
    await rm(directory, { recursive: true });
  });

  it('sign each request that is sent, those past the SDK too', async () => {
    // Of the server that listens.
    const { port } = server.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    const entry = { provider: 's3', bucket: 'bucket', endpoint, credentialsProfile: 'renewed' } as const;
    const store = await openStore(entry, { adapters: [s3] });
    const known = (): number => new Set(seen.map(({ credential }) => credential)).size;
    // It renews them beside the requests.
    while (known() < 3) for await (const { key } of store.list('p/')) expect.fail(key);
    await store.close();
    for (const { credential, token } of seen) expect(token).to.equal(`T-${credential}`);
  });
});
