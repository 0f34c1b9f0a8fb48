import { readFile } from 'node:fs/promises';
import * as sdk from '@aws-sdk/client-s3';
import { startGateway, type Gateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { keptRules } from './kept-rules.js';
import { KEYS } from './raw-client.js';

const PAGE = new URL('../../../../docs/gateway.md', import.meta.url);
const ANSWERS = ['done', 'where the store has it', 'refused'];

type AnyCommand = new (input: object) => sdk.ListBucketsCommand;

/** All operations that S3's model has, by name. */
const COMMANDS = new Map(
  Object.entries(sdk).flatMap(([name, value]) =>
    name.endsWith('Command') && name !== '$Command'
      ? // Any command with any input: what is in it is held together by the table below.
        [[name.slice(0, -'Command'.length), value as unknown as AnyCommand] as const]
      : [],
  ),
);

/** Enough for each of them to be sent. */
const INPUT = {
  Bucket: 'demo',
  Key: 'k',
  CopySource: 'demo/k',
  UploadId: 'none',
  PartNumber: 1,
  Id: 'id',
  VersionId: 'null',
  AnnotationName: 'note',
  RenameSource: '/demo/k',
  RequestRoute: 'route',
  RequestToken: 'token',
  ObjectAttributes: ['ETag'],
  Delete: { Objects: [{ Key: 'none' }] },
  Tagging: { TagSet: [] },
  RestoreRequest: { Days: 1 },
  VersioningConfiguration: { Status: 'Enabled' },
  LifecycleConfiguration: {
    Rules: [{ ID: 'r', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } }],
  },
  Expression: 'SELECT 1',
  ExpressionType: 'SQL',
};

/** `VersionId` and `Tagging` mean something else to these. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  PutObject: ['Tagging'],
  CopyObject: ['Tagging'],
  CreateMultipartUpload: ['Tagging'],
};

describe('docs/gateway.md, operations', () => {
  let gateway: Gateway;
  let client: sdk.S3Client;
  const driver = { ...memoryDriver({ versioning: 'enabled' }), lifecycle: keptRules() };

  before(async () => {
    gateway = await startGateway({
      minPartBytes: 0,
      credentials: [KEYS],
      source: {
        list: async () => [{ name: 'demo', created: new Date() }],
        find: (name) => (name === 'demo' ? driver : undefined),
        create: async () => undefined,
        remove: async () => undefined,
      },
    });
    client = new sdk.S3Client({
      endpoint: gateway.url,
      region: 'us-east-1',
      // A copy: the SDK writes into it.
      credentials: { ...KEYS },
      forcePathStyle: true,
      maxAttempts: 1,
      disableHostPrefix: true,
    });
  });
  after(async () => {
    client.destroy();
    await gateway.close();
  });

  const rows = async (): Promise<(readonly [operation: string, answer: string])[]> => {
    const text = await readFile(PAGE, 'utf8');
    return text.split('\n').flatMap((line) => {
      const [, names, answer] = /^\| ([^|]*) \| ([^|]*) \|/.exec(line) ?? [];
      if (names === undefined || answer === undefined || !ANSWERS.includes(answer.trim())) return [];
      return names.split(',').map((name) => [name.trim(), answer.trim()] as const);
    });
  };

  it('are those of the model of S3, each once', async () => {
    const named = (await rows()).map(([operation]) => operation);
    expect(named.toSorted()).to.deep.equal([...COMMANDS.keys()].sort());
  });

  it('are answered as it is written', async () => {
    for (const [operation, answer] of await rows()) {
      const Command = COMMANDS.get(operation);
      if (!Command) continue;
      await driver.write.put({ key: 'k', body: Buffer.from('x') }, {});
      const left = WITHOUT[operation] ?? [];
      const input = Object.fromEntries(Object.entries(INPUT).filter(([name]) => !left.includes(name)));
      const outcome = await client.send(new Command(input)).then(
        () => 'done',
        (error: unknown) => error,
      );
      const status =
        outcome instanceof sdk.S3ServiceException
          ? outcome.$metadata.httpStatusCode
          : outcome === 'done'
            ? 200
            : outcome;
      expect(status, `${operation}: ${String(outcome)}`).to.be.a('number');
      // Signed for another service, so that it never comes as far.
      const foreign = String(outcome).includes('incorrect service');
      expect(status === 501 || foreign, `${operation}: ${String(outcome)}`).to.equal(answer === 'refused');
      if (status === 501) expect(String(outcome)).to.contain('NotImplemented');
    }
  });
}).timeout(30_000);
