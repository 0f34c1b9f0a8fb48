import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';

const BIN = fileURLToPath(new URL('../../bin/store-emulator.js', import.meta.url));

describe('store-emulator', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'store-emulator-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it('prints its endpoints when it is ready, logs requests, and ends on SIGTERM', async () => {
    const log = join(directory, 'log.ndjson');
    const plan = join(directory, 'plan.json');
    await writeFile(plan, JSON.stringify({ faults: [{ effect: { error: { code: 'SlowDown' } } }] }));
    const args = [
      '--s3',
      '0',
      '--bucket',
      'demo',
      '--seed',
      'demo/p/=3',
      '--json-log',
      log,
      '--faults',
      plan,
    ];
    const child = spawn(process.execPath, [BIN, ...args]);
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const { endpoints } = JSON.parse(line) as { endpoints: { s3: string } };
    expect((await fetch(`${endpoints.s3}/demo/p/0/1`)).status).to.equal(503);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).to.equal(0);
    const entries = (await readFile(log, 'utf8')).trimEnd().split('\n');
    expect(entries).to.have.length(1);
    expect(JSON.parse(entries[0] ?? '')).to.include({ operation: 'GetObject', status: 503, key: 'p/0/1' });
  });

  it('refuses a fault plan that is none, in one line', async () => {
    const plan = join(directory, 'bad.json');
    await writeFile(plan, JSON.stringify({ fautls: [] }));
    const child = spawn(process.execPath, [BIN, '--s3', '0', '--faults', plan]);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).to.equal(2);
    expect(stderr).to.match(/^store-emulator: fault plan\.fautls: unknown key; did you mean "faults"\?\n$/);
  });

  it('limits each partition of the seeded keys on its own', async () => {
    const load = ['--rate', '1', '--partitions', '2'];
    const child = spawn(process.execPath, [
      BIN,
      '--s3',
      '0',
      '--bucket',
      'demo',
      '--seed',
      'demo/p/=4',
      ...load,
    ]);
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const { endpoints } = JSON.parse(line) as { endpoints: { s3: string } };
    const client = new S3Client({
      endpoint: endpoints.s3,
      forcePathStyle: true,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
      maxAttempts: 1,
    });
    const outcomes = await Promise.all(
      ['p/0/0', 'p/0/1', 'p/0/2', 'p/0/3'].map((Key) =>
        client.send(new DeleteObjectCommand({ Bucket: 'demo', Key })).then(
          () => 'deleted',
          (error: Error) => error.name,
        ),
      ),
    );
    expect(outcomes.slice(0, 2)).to.have.members(['deleted', 'SlowDown']);
    expect(outcomes.slice(2)).to.have.members(['deleted', 'SlowDown']);
    client.destroy();
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  it('refuses partitions without a rate', async () => {
    const child = spawn(process.execPath, [BIN, '--s3', '0', '--partitions', '2']);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).to.equal(2);
    expect(stderr).to.equal('store-emulator: --partitions needs --rate: what each of them takes\n');
  });
});
