import type { LifecycleRule } from '@aws-sdk/client-s3';

/** Rules that others may have in a bucket, in the words of S3; ten configurations. */
export const FOREIGN_S3: readonly (readonly LifecycleRule[])[] = [
  [],
  [
    {
      ID: 'to glacier',
      Status: 'Enabled',
      Filter: { Prefix: 'archive/' },
      Transitions: [{ Days: 30, StorageClass: 'GLACIER' }],
    },
  ],
  [{ ID: 'switched off', Status: 'Disabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } }],
  [
    {
      ID: 'tagged',
      Status: 'Enabled',
      Filter: { And: { Prefix: 'logs/', Tags: [{ Key: 'team & co', Value: '<x>' }] } },
      Expiration: { Days: 365 },
    },
  ],
  [
    {
      ID: 'on a date',
      Status: 'Enabled',
      Filter: { Prefix: 'events/' },
      Expiration: { Date: new Date('2031-01-01T00:00:00.000Z') },
    },
  ],
  [
    {
      ID: 'versions',
      Status: 'Enabled',
      Filter: { Prefix: 'docs/' },
      NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
    },
  ],
  [
    {
      ID: 'large ones',
      Status: 'Enabled',
      Filter: { And: { Prefix: 'media/', ObjectSizeGreaterThan: 1_000_000 } },
      Transitions: [
        { Days: 30, StorageClass: 'STANDARD_IA' },
        { Days: 90, StorageClass: 'GLACIER' },
      ],
    },
  ],
  [{ ID: 'of old', Status: 'Enabled', Prefix: 'old/', Expiration: { Days: 10 } }],
  [
    {
      ID: 'ünï "quoted" & <odd>',
      Status: 'Enabled',
      Filter: { Prefix: 'a b+c/ü/' },
      Expiration: { Days: 4000 },
    },
  ],
  Array.from({ length: 50 }, (_, i) => ({
    ID: `many ${i}`,
    Status: 'Enabled' as const,
    Filter: { Prefix: `many/${String(i).padStart(2, '0')}/` },
    Expiration: { Days: i + 1 },
  })),
];

const OSS_RULE = (id: string, prefix: string, rest: string): string =>
  `<Rule><ID>${id}</ID><Prefix>${prefix}</Prefix><Status>Enabled</Status>${rest}</Rule>`;

/** The same for OSS, with elements that S3 has not. */
export const FOREIGN_XML: readonly (readonly string[])[] = [
  [],
  [OSS_RULE('to ia', 'archive/', '<Transition><Days>30</Days><StorageClass>IA</StorageClass></Transition>')],
  [
    '<Rule><ID>off</ID><Prefix>tmp/</Prefix><Status>Disabled</Status><Expiration><Days>1</Days></Expiration></Rule>',
  ],
  [
    OSS_RULE(
      'created before',
      'events/',
      '<Expiration><CreatedBeforeDate>2020-01-01T00:00:00.000Z</CreatedBeforeDate></Expiration>',
    ),
  ],
  [
    OSS_RULE(
      'access time',
      'media/',
      '<Transition><Days>30</Days><StorageClass>IA</StorageClass><IsAccessTime>true</IsAccessTime><ReturnToStdWhenVisit>false</ReturnToStdWhenVisit></Transition>',
    ),
  ],
  [
    OSS_RULE(
      'tagged',
      'logs/',
      '<Tag><Key>team &amp; co</Key><Value>&lt;x&gt;</Value></Tag><Expiration><Days>365</Days></Expiration>',
    ),
  ],
  [
    OSS_RULE(
      'not',
      'data/',
      '<Filter><Not><Prefix>data/keep/</Prefix></Not></Filter><Expiration><Days>7</Days></Expiration>',
    ),
  ],
  [
    OSS_RULE(
      'versions',
      'docs/',
      '<NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>',
    ),
  ],
  [OSS_RULE('uploads', 'up/', '<AbortMultipartUpload><Days>3</Days></AbortMultipartUpload>')],
  Array.from({ length: 50 }, (_, i) =>
    OSS_RULE(
      `many ${i}`,
      `many/${String(i).padStart(2, '0')}/`,
      `<Expiration><Days>${i + 1}</Days></Expiration>`,
    ),
  ),
];

/** The same for ZOS's JSON API, with a member that is not known here. */
export const FOREIGN_JSON: readonly (readonly object[])[] = [
  [],
  [
    {
      ID: 'to glacier',
      status: 'Enabled',
      filter: { prefix: 'archive/' },
      transitions: [{ days: 30, storageClass: 'GLACIER' }],
    },
  ],
  [{ ID: 'switched off', status: 'Disabled', filter: { prefix: 'tmp/' }, expiration: { days: 1 } }],
  [
    {
      ID: 'documented',
      status: 'Enabled',
      noncurrentVersionExpiration: { noncurrentDays: 123 },
      noncurrentVersionTransitions: [{ noncurrentDays: 123, storageClass: 'STANDARD_IA' }],
      filter: { and: { prefix: 'cc_', tags: [{ key: 'key2', value: 'value2' }] } },
      expiration: { date: '2032-10-18T00:00:00Z' },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 123 },
      transitions: [{ date: '2032-10-18T00:00:00Z', storageClass: 'GLACIER' }],
    },
  ],
  [{ ID: 'of old', status: 'Enabled', prefix: 'old/', expiration: { days: 10 } }],
  [
    {
      ID: 'unknown',
      status: 'Enabled',
      filter: { prefix: 'new/' },
      expiration: { days: 10 },
      laterAddition: { a: [1, 'two'] },
    },
  ],
  [
    {
      ID: 'everything',
      status: 'Enabled',
      filter: { prefix: '' },
      noncurrentVersionExpiration: { noncurrentDays: 30 },
    },
  ],
  [{ ID: 'one tag', status: 'Enabled', filter: { tag: { key: 'a', value: 'b' } }, expiration: { days: 10 } }],
  [
    {
      ID: 'ünï "quoted" & <odd>',
      status: 'Enabled',
      filter: { prefix: 'a b+c/ü/' },
      expiration: { days: 4000 },
    },
  ],
  Array.from({ length: 50 }, (_, i) => ({
    ID: `many ${i}`,
    status: 'Enabled',
    filter: { prefix: `many/${String(i).padStart(2, '0')}/` },
    expiration: { days: i + 1 },
  })),
];
