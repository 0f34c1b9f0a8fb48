import { createHash, createHmac } from 'node:crypto';
import type { Random } from './random.js';

const EMPTY_SHA = createHash('sha256').update('').digest('hex');

interface Draft {
  method: string;
  path: string;
  query: [string, string][];
  headers: [string, string][];
  body: Buffer;
  /** What is said of the body: of chunks it is made here. */
  payload: string;
}

const KEYS = ['k', 'a/b', 'a/c', 'é', 'x'.repeat(1000), '%', '..'] as const;
const NUMBERS = ['0', '1', '-1', '1e3', '10001', '99999999999999999999', '', ' 1', 'x'] as const;
const TEXTS = [
  '',
  '*',
  'a',
  '"x"',
  'W/"x"',
  'é',
  '漢',
  '\t',
  'a,b',
  '=?UTF-8?B?w6k=?=',
  '=?x?q?=',
  '%00',
  'true',
] as const;
const DATES = ['Wed, 01 Jan 2020 00:00:00 GMT', 'Wednesday, 01-Jan-20 00:00:00 GMT', 'now', '0'] as const;
const XML = [
  '<Delete><Object><Key>k</Key></Object></Delete>',
  '<Delete><Object><Key>k</Key><ETag>*</ETag></Object><Quiet>true</Quiet></Delete>',
  '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>',
  '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>',
  '<RestoreRequest><Days>1</Days></RestoreRequest>',
  '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  '<!DOCTYPE a [<!ENTITY b "c">]><Delete>&b;</Delete>',
] as const;
const HEADERS = [
  'cache-control',
  'content-encoding',
  'content-md5',
  'content-type',
  'expect',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
  'x-amz-acl',
  'x-amz-checksum-crc32',
  'x-amz-checksum-sha256',
  'x-amz-copy-source',
  'x-amz-copy-source-if-match',
  'x-amz-copy-source-range',
  'x-amz-decoded-content-length',
  'x-amz-expected-bucket-owner',
  'x-amz-meta-a',
  'x-amz-metadata-directive',
  'x-amz-object-lock-mode',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-security-token',
  'x-amz-storage-class',
  'x-amz-tagging',
  'x-amz-trailer',
] as const;
const PARAMETERS = [
  'acl',
  'continuation-token',
  'delete',
  'delimiter',
  'encoding-type',
  'key-marker',
  'lifecycle',
  'list-type',
  'location',
  'marker',
  'max-keys',
  'max-parts',
  'max-uploads',
  'partNumber',
  'prefix',
  'response-content-type',
  'restore',
  'start-after',
  'tagging',
  'uploadId',
  'uploads',
  'version-id-marker',
  'versionId',
  'versioning',
  'versions',
] as const;
const PAYLOADS = [
  'UNSIGNED-PAYLOAD',
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  'STREAMING-OF-TOMORROW',
  EMPTY_SHA,
  'é',
] as const;

/** A request as bytes: signed rightly or almost, framed rightly or almost. */
export function fuzzedRequest(random: Random): Buffer {
  const draft = drafted(random);
  for (let i = random.int(4); i > 0; i--) draft.headers.push([random.pick(HEADERS), valueOf(random)]);
  for (let i = random.int(3); i > 0; i--) draft.query.push([random.pick(PARAMETERS), valueOf(random)]);
  const bytes = written(draft, random);
  if (random.int(4) > 0) return bytes;
  // What stands in the request is damaged after it was signed.
  const head = bytes.indexOf('\r\n\r\n');
  for (let i = 1 + random.int(3); i > 0; i--)
    bytes[random.int(random.int(2) === 0 ? head : bytes.length)] = random.int(256);
  return bytes;
}

function drafted(random: Random): Draft {
  const bucket = random.pick(['demo', 'demo', 'other', 'none', '..']);
  const key = random.int(4) === 0 ? '' : `/${encode(random.pick(KEYS)).replaceAll('%2F', '/')}`;
  const method = random.pick(['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH']);
  const body = method === 'GET' || method === 'HEAD' ? Buffer.alloc(0) : bodyOf(random);
  const headers: [string, string][] = [];
  const query: [string, string][] = [];
  if (method === 'POST' && key === '') {
    query.push(['delete', '']);
    headers.push(['content-md5', createHash('md5').update(body).digest('base64')]);
  }
  const payload = random.int(2) === 0 ? 'UNSIGNED-PAYLOAD' : random.pick(PAYLOADS);
  return { method, path: `/${bucket}${key}`, query, headers, body, payload };
}

function bodyOf(random: Random): Buffer {
  if (random.int(2) === 0) return Buffer.alloc(random.int(70_000), 'x');
  const text = random.pick(XML);
  const at = random.int(text.length);
  const odd = random.pick(['', '<', '&', '&#0;', '\0', '\ufffe', '<![CDATA[', '<a>'.repeat(20)]);
  return Buffer.from(text.slice(0, at) + odd + text.slice(at + random.int(3)));
}

function valueOf(random: Random): string {
  const value = random.pick([
    ...NUMBERS,
    ...TEXTS,
    ...DATES,
    'bytes=0-1',
    'bytes=-1',
    'bytes=5-1',
    '/demo/k',
    'demo/k?versionId=x',
    'a=1&b=2',
    'REPLACE',
    'x-amz-checksum-crc32',
  ]);
  return random.int(8) === 0 ? value.repeat(1 + random.int(50)) : value;
}

/** By AWS's specification, with its lines in the wrong order or a part of it changed now and then. */
function written(draft: Draft, random: Random): Buffer {
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const service = random.int(20) === 0 ? 'iam' : 's3';
  const scope = `${date.slice(0, 8)}/us-east-1/${service}/aws4_request`;
  const headers = new Map<string, string>([
    ['host', 'fuzz'],
    ['x-amz-content-sha256', draft.payload],
    ['x-amz-date', date],
    ...draft.headers.map(([name, value]): [string, string] => [
      name,
      Buffer.from(value).toString('latin1').trim(),
    ]),
  ]);
  const names = [...headers.keys()].sort();
  const parameters = draft.query
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const lines = names.map((name) => `${name}:${(headers.get(name) ?? '').replaceAll(/ +/g, ' ')}`);
  const canonical = [draft.method, draft.path, parameters, ...lines, '', names.join(';'), draft.payload].join(
    '\n',
  );
  let key: Buffer = Buffer.from('AWS4secret');
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
  const hash = createHash('sha256').update(Buffer.from(canonical, 'latin1')).digest('hex');
  const signature = sign(['AWS4-HMAC-SHA256', date, scope, hash].join('\n'));
  const seal = random.int(10) === 0 ? random.pick(['', 'é', signature.slice(1), `${signature}0`]) : signature;
  const body = draft.payload.startsWith('STREAMING-')
    ? chunked(draft, random, { date, scope, signature, sign })
    : draft.body;
  const length = random.int(20) === 0 ? random.pick(NUMBERS) : String(body.length);
  const authorization = `AWS4-HMAC-SHA256 Credential=FUZZ/${scope},SignedHeaders=${names.join(';')},Signature=${seal}`;
  const head = [
    `${draft.method} ${draft.path}${parameters === '' ? '' : `?${parameters}`} HTTP/1.1`,
    ...[...headers].map(([name, value]) => `${name}: ${value}`),
    `authorization: ${authorization}`,
    `content-length: ${length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

interface Chain {
  readonly date: string;
  readonly scope: string;
  readonly signature: string;
  readonly sign: (text: string) => string;
}

function chunked({ body, payload }: Draft, random: Random, { date, scope, signature, sign }: Chain): Buffer {
  const isSigned = payload.startsWith('STREAMING-AWS4');
  let previous = signature;
  const pieces: Buffer[] = [];
  for (const chunk of [body.subarray(0, 9000), body.subarray(9000), Buffer.alloc(0)]) {
    const sum = createHash('sha256').update(chunk).digest('hex');
    previous = sign(['AWS4-HMAC-SHA256-PAYLOAD', date, scope, previous, EMPTY_SHA, sum].join('\n'));
    const size = random.int(20) === 0 ? random.pick(['-1', 'fffffff', '', 'g']) : chunk.length.toString(16);
    pieces.push(Buffer.from(`${size}${isSigned ? `;chunk-signature=${previous}` : ''}\r\n`), chunk);
    if (chunk.length > 0) pieces.push(Buffer.from('\r\n'));
  }
  const trailer = random.pick([
    '',
    'x-amz-checksum-crc32:AAAAAA==\r\n',
    'x-amz-trailer-signature:0\r\n',
    'a\r\n',
  ]);
  return Buffer.concat([...pieces, Buffer.from(`${trailer}\r\n`)]);
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
