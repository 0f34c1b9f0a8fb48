import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ossRequest, type OssAnswer } from './oss-request.js';

/** A document: elements with texts or elements in them. */
type Document = readonly (readonly [name: string, content: string | Document])[];

const TAGS: Document = [
  [
    'TagSet',
    [
      [
        'Tag',
        [
          ['Key', 'Environment'],
          ['Value', 'Production'],
        ],
      ],
      [
        'Tag',
        [
          ['Key', 'empty'],
          ['Value', ''],
        ],
      ],
    ],
  ],
];

/** Every operation of the documentation, with everything that it can have. */
const OPERATIONS: Readonly<Record<string, Document>> = {
  PutObjectTagging: TAGS,
  AddObjectTagging: TAGS,
  DeleteObjectTagging: [],
  PutObjectAcl: [['ObjectAcl', 'public-read']],
  RestoreObject: [
    ['Days', '365'],
    ['Tier', 'Bulk'],
  ],
};

const MANIFEST: Document = [
  [
    'Location',
    [
      ['ETag', 'd41d8cd98f00b204e9800998ecf8427e'],
      ['Bucket', 'demo'],
      ['Object', 'manifest.csv'],
      ['VersionId', 'CAEQ'],
    ],
  ],
  [
    'Spec',
    [
      ['Fields', 'Bucket,Key,VersionId'],
      ['Format', 'OSS_BatchOperations_CSV_20250611'],
    ],
  ],
];

function requestOf(operation: string, source: 'Manifest' | 'KeyPrefixManifestGenerator'): Document {
  return [
    ['ConfirmationRequired', 'false'],
    ['Operation', [[operation, OPERATIONS[operation] ?? []]]],
    [
      'Report',
      [
        ['Bucket', 'demo'],
        ['Enabled', 'true'],
        ['Prefix', 'reports/'],
        ['ReportScope', 'FailedTasksOnly'],
      ],
    ],
    ['ClientRequestToken', 'unique-token-123'],
    source === 'Manifest'
      ? ['Manifest', MANIFEST]
      : [
          'KeyPrefixManifestGenerator',
          [
            ['SourceBucket', 'demo'],
            ['Prefix', 'p/'],
          ],
        ],
    ['Description', 'all that there is'],
    ['Priority', '10'],
    ['RoleArn', 'arn:acs:ram::uid:role/BatchOperationRole'],
  ];
}

/** Elements that may be left out, by their path without the operation's name. */
const OPTIONAL = new Set([
  'ConfirmationRequired',
  'Description',
  'Operation.Days',
  'Operation.Tier',
  'Report.Prefix',
  'Report.ReportScope',
  'Manifest.Location.ETag',
  'Manifest.Location.VersionId',
  'Manifest.Spec.Fields',
  'KeyPrefixManifestGenerator.Prefix',
]);

const BOOLEAN = ['', 'yes', '1', 'TRUE', ' true'];
const BUCKET = ['', 'Demo', 'a', 'under_score', 'x'.repeat(64), '-demo'];

/** Values that the documentation does not allow. */
const BOGUS: Readonly<Record<string, readonly string[]>> = {
  ConfirmationRequired: BOOLEAN,
  'Operation.ObjectAcl': ['', 'open', 'Private', 'authenticated-read'],
  'Operation.Days': ['', '0', '-1', '366', '400', '1.5', '1e2', '0x10', 'seven', ' 7'],
  'Operation.Tier': ['', 'Expedited', 'bulk', 'Fast'],
  'Operation.TagSet.Tag.Key': ['', 'k'.repeat(129)],
  'Operation.TagSet.Tag.Value': ['v'.repeat(257)],
  'Report.Bucket': BUCKET,
  'Report.Enabled': BOOLEAN,
  'Report.ReportScope': ['', 'SomeTasks', 'alltasks', 'All'],
  ClientRequestToken: ['', 't'.repeat(65)],
  'Manifest.Location.ETag': [''],
  'Manifest.Location.Bucket': BUCKET,
  'Manifest.Location.Object': [''],
  'Manifest.Location.VersionId': [''],
  'Manifest.Spec.Fields': ['', 'Bucket', 'Key', 'Bucket,Key,Size', 'Bucket,Key,Key', 'bucket,key'],
  'Manifest.Spec.Format': ['', 'CSV', 'OSS_BatchOperations_CSV_20250612', 'S3BatchOperations_CSV_20180820'],
  'KeyPrefixManifestGenerator.SourceBucket': BUCKET,
  Priority: ['', '-1', '1.5', '1e3', '0x10', '2147483648', 'high'],
  RoleArn: ['', 'BatchOperationRole', 'acs:ram::uid:user/somebody', 'acs:ram:::role/x'],
};

/** What no value is wrong for. */
const FREE = new Set(['Description', 'Report.Prefix', 'KeyPrefixManifestGenerator.Prefix']);

interface Wrong {
  readonly what: string;
  readonly path: string;
  readonly document: Document;
  readonly code: string;
}

/** Every document that is wrong in one place. */
function* wrongOnes(document: Document, path: readonly string[] = []): Generator<Wrong> {
  for (const [index, [name, content]] of document.entries()) {
    const here = [...path, name];
    const plain = here.filter((step) => !(step in OPERATIONS)).join('.');
    const put = (...replacement: Document): Document => document.toSpliced(index, 1, ...replacement);
    const wrong = (what: string, changed: Document, code = 'MalformedXML'): Wrong => ({
      what: `${here.join('.')}: ${what}`,
      path: plain,
      document: changed,
      code,
    });
    // One of two tags may go, and there may be three.
    if (name !== 'Tag') {
      if (!OPTIONAL.has(plain)) yield wrong('missing', put());
      yield wrong('twice', put([name, content], [name, content]));
    }
    yield wrong('misspelt', put([`${name}s`, content]));
    if (typeof content === 'string') {
      yield wrong('elements in place of a text', put([name, [['Value', content]]]));
      const code = name.endsWith('Bucket') ? 'InvalidBucketName' : 'InvalidArgument';
      const values = BOGUS[plain] ?? [];
      expect(values.length > 0 || FREE.has(plain), `no bogus value for ${plain}`).to.equal(true);
      for (const value of values) yield wrong(JSON.stringify(value.slice(0, 40)), put([name, value]), code);
    } else {
      yield wrong('a text in place of elements', put([name, 'text']));
      for (const inner of wrongOnes(content, here)) {
        yield { ...inner, document: put([name, inner.document]) };
      }
    }
  }
}

function xmlOf(document: Document): string {
  return document
    .map(([name, content]) => `<${name}>${typeof content === 'string' ? content : xmlOf(content)}</${name}>`)
    .join('');
}

describe('emulator: CreateJob of OSS', () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await startEmulator({ oss: {}, region: 'cn-beijing', buckets: ['demo'] });
  });
  afterEach(() => emulator.close());

  const send = (method: string, resource: string, body?: string): Promise<OssAnswer> =>
    ossRequest(emulator.endpoints.oss ?? '', method, resource, body);
  const create = (document: Document): Promise<OssAnswer> =>
    send('POST', '/?batchJob', `<CreateJobRequest>${xmlOf(document)}</CreateJobRequest>`);
  const jobs = async (): Promise<number> =>
    (await send('GET', '/?batchJob')).body.split('<JobId>').length - 1;

  for (const source of ['Manifest', 'KeyPrefixManifestGenerator'] as const) {
    for (const operation of Object.keys(OPERATIONS)) {
      it(`takes ${operation} by ${source}, and nothing that its documentation does not allow`, async () => {
        const right = requestOf(operation, source);
        const problems: string[] = [];
        for (const { what, document, code } of wrongOnes(right)) {
          const answer = await create(document);
          if (answer.status !== 400 || answer.code !== code)
            problems.push(`${what}: ${answer.status} ${answer.code ?? answer.body}, not ${code}`);
        }
        expect(problems).to.deep.equal([]);
        expect(await jobs()).to.equal(0);
        expect((await create(right)).status).to.equal(200);
        expect(await jobs()).to.equal(1);
      });
    }
  }

  it('takes the least that is documented', async () => {
    const least = (document: Document, path = ''): Document =>
      document
        .filter(([name]) => !OPTIONAL.has(path + name))
        .map(([name, content]) => {
          const below = name in OPERATIONS ? path : `${path}${name}.`;
          return [name, typeof content === 'string' ? content : least(content, below)];
        });
    for (const operation of Object.keys(OPERATIONS)) {
      const request = least(requestOf(operation, 'Manifest'));
      expect((await create(request)).body, xmlOf(request)).to.include('<JobId>');
    }
  });

  it('takes one operation, one source, ten tags, and no two of one key', async () => {
    const base = requestOf('DeleteObjectTagging', 'Manifest');
    const withOperation = (...operations: Document): Document =>
      base.map(([name, content]) => [name, name === 'Operation' ? operations : content]);
    const tags = (keys: readonly string[]): Document => [
      [
        'PutObjectTagging',
        [
          [
            'TagSet',
            keys.map(
              (key) =>
                [
                  'Tag',
                  [
                    ['Key', key],
                    ['Value', 'v'],
                  ],
                ] as const,
            ),
          ],
        ],
      ],
    ];
    const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${i}`);
    const refused: readonly (readonly [Document, string])[] = [
      [withOperation(), 'MalformedXML'],
      [withOperation(['DeleteObjectTagging', []], ['RestoreObject', []]), 'MalformedXML'],
      [withOperation(['DeleteObjects', []]), 'MalformedXML'],
      [withOperation(...tags([])), 'MalformedXML'],
      [withOperation(...tags(numbered(11))), 'MalformedXML'],
      [withOperation(...tags(['a', 'a'])), 'InvalidArgument'],
      [[...base, ['KeyPrefixManifestGenerator', [['SourceBucket', 'demo']]]], 'MalformedXML'],
      [base.filter(([name]) => name !== 'Manifest'), 'MalformedXML'],
    ];
    for (const [document, code] of refused)
      expect(await create(document), xmlOf(document)).to.include({ code });
    expect(await create(withOperation(...tags(numbered(10))))).to.include({ status: 200 });
  });

  it('refuses what the other calls do not allow', async () => {
    const { body } = await create(requestOf('DeleteObjectTagging', 'KeyPrefixManifestGenerator'));
    const id = /<JobId>([^<]+)</.exec(body)?.[1] ?? '';
    const of = (status: string, reason: string): string =>
      `/?batchJobId=${id}&batchJobStatus&requestedJobStatus=${status}${reason}`;
    for (const [method, resource, code] of [
      ['GET', '/?batchJob&batchJobId=x', 'NoSuchJob'],
      ['GET', '/?batchJob&batchJobStatuses=Done', 'InvalidArgument'],
      ['GET', '/?batchJob&continuation-token=next', 'InvalidArgument'],
      ['POST', `/?batchJobId=${id}&batchJobPriority&targetPriority=high`, 'InvalidArgument'],
      ['POST', `/?batchJobId=${id}&batchJobPriority&targetPriority=2147483648`, 'InvalidArgument'],
      ['POST', `/?batchJobId=${id}&batchJobPriority`, 'InvalidArgument'],
      ['POST', of('Paused', '&statusUpdateReason=x'), 'InvalidArgument'],
      ['POST', of('Cancelled', ''), 'InvalidArgument'],
      ['POST', of('Cancelled', `&statusUpdateReason=${'x'.repeat(257)}`), 'InvalidArgument'],
    ] as const) {
      expect(await send(method, resource), resource).to.include({ code });
    }
    expect(await send('POST', of('Cancelled', '&statusUpdateReason=x'))).to.include({ status: 200 });
    expect(await send('POST', of('Ready', ''))).to.include({ code: 'InvalidJobStatus' });
  });
});
