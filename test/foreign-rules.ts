const S3_RULE = (id: string, filter: string, rest: string, status = 'Enabled'): string =>
  `<Rule><ID>${id}</ID><Filter>${filter}</Filter><Status>${status}</Status>${rest}</Rule>`;

const prefix = (text: string): string => `<Prefix>${text}</Prefix>`;
const days = (count: number): string => `<Expiration><Days>${count}</Days></Expiration>`;

/** Rules that others may have in a bucket, as S3 writes them, with elements that the SDK does not know. */
export const FOREIGN_S3: readonly (readonly string[])[] = [
  [],
  [
    S3_RULE(
      'to glacier',
      prefix('archive/'),
      '<Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>',
    ),
  ],
  [S3_RULE('switched off', prefix('tmp/'), days(1), 'Disabled')],
  [
    S3_RULE(
      'tagged',
      `<And>${prefix('logs/')}<Tag><Key>team &amp; co</Key><Value>&lt;x&gt;</Value></Tag></And>`,
      days(365),
    ),
  ],
  [S3_RULE('on a date', prefix('events/'), '<Expiration><Date>2031-01-01T00:00:00.000Z</Date></Expiration>')],
  [
    S3_RULE(
      'versions',
      prefix('docs/'),
      '<NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>' +
        '<AbortIncompleteMultipartUpload><DaysAfterInitiation>3</DaysAfterInitiation></AbortIncompleteMultipartUpload>',
    ),
  ],
  [
    S3_RULE(
      'large ones',
      `<And>${prefix('media/')}<ObjectSizeGreaterThan>1000000</ObjectSizeGreaterThan></And>`,
      '<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>' +
        '<Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition>',
    ),
  ],
  [`<Rule><ID>of old</ID>${prefix('old/')}<Status>Enabled</Status>${days(10)}</Rule>`],
  [S3_RULE('ünï "quoted" &amp; &lt;odd&gt;', prefix('a b+c/ü/'), days(4000))],
  [
    S3_RULE(
      'markers apart',
      prefix('m/'),
      `${days(30)}<DelMarkerExpiration><Days>1</Days></DelMarkerExpiration>`,
    ),
    S3_RULE('all but', `<And>${prefix('data/')}<Not>${prefix('data/keep/')}</Not></And>`, days(7)),
    S3_RULE(
      'by access',
      prefix('seen/'),
      '<Transition><Days>30</Days><StorageClass>IA</StorageClass><IsAccessTime>true</IsAccessTime></Transition>',
    ),
    S3_RULE(
      'before a date',
      prefix('before/'),
      '<Expiration><CreatedBeforeDate>2020-01-01T00:00:00.000Z</CreatedBeforeDate></Expiration>',
    ),
  ],
  Array.from({ length: 50 }, (_, i) =>
    S3_RULE(`many ${i}`, prefix(`many/${String(i).padStart(2, '0')}/`), days(i + 1)),
  ),
];

/** The same as they were before there were filters. */
export const FOREIGN_PREFIXES: readonly (readonly string[])[] = FOREIGN_S3.map((rules) =>
  rules.map((rule) =>
    rule.replace(
      /<Filter>(.*)<\/Filter>/,
      (_, about: string) => /^<Prefix>[^<]*<\/Prefix>$/.exec(about)?.[0] ?? prefix('elsewhere/'),
    ),
  ),
);

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
