import { gzipSync } from 'node:zlib';
import { KINDS, type Kind } from '../ask.js';
import type { Mode, ModeContext } from '../mode.js';
import { withHeader, type Wire } from '../wire.js';

const WITH_DOCUMENT: readonly Kind[] = ['list', 'versions', 'deleteBatch', 'deletePrefix'];

/** Changes a document of a success, byte for byte. */
function rewritten(
  name: string,
  change: (document: string, context: ModeContext) => string,
  more: Partial<Mode> = {},
): Mode {
  return {
    name,
    on: WITH_DOCUMENT,
    dialects: ['s3', 'oss'],
    write: (wire, context) =>
      wire.status === 200
        ? { ...wire, body: Buffer.from(change(wire.body.toString('latin1'), context), 'latin1') }
        : wire,
    ...more,
  };
}

const JSON_ALONE: Partial<Mode> = { dialects: ['zos'], on: KINDS };

const ROOT = /<(\w+)( xmlns="[^"]*")?>/;

const BOMB = `<!DOCTYPE x [<!ENTITY a "${'x'.repeat(100)}">${Array.from(
  { length: 8 },
  (_, i) => `<!ENTITY ${'bcdefghi'[i] ?? ''} "${`&${'abcdefgh'[i] ?? ''};`.repeat(10)}">`,
).join('')}]>`;

export const DOCUMENT_MODES: readonly Mode[] = [
  rewritten('a document type', (document) =>
    document.replace(/(<\w)/, '<!DOCTYPE ListBucketResult SYSTEM "http://127.0.0.1:1/x.dtd">$1'),
  ),
  rewritten('entities that grow', (document) =>
    document.replace(/(<\w)/, `${BOMB}$1`).replace('<Key>', '<Key>&i;'),
  ),
  rewritten('an entity for the prefix', (document) =>
    document.replace(/(<\w)/, '<!DOCTYPE x [<!ENTITY p "d/">]>$1').replaceAll('<Key>d/', '<Key>&p;'),
  ),
  rewritten('no name space', (document) => document.replace(ROOT, '<$1>')),
  rewritten('a wrong name space', (document) =>
    document.replace(ROOT, '<$1 xmlns="http://127.0.0.1/another">'),
  ),
  rewritten('prefixed names', (document) =>
    document.replace(ROOT, '<$1 xmlns:s3="urn:x">').replaceAll(/<(\/?)(\w)/g, '<$1s3:$2'),
  ),
  rewritten('names in small letters', (document) =>
    document.replaceAll(/<\/?\w+/g, (tag) => tag.toLowerCase()),
  ),
  rewritten('many attributes', (document) =>
    document.replaceAll(/<(Key|IsTruncated|Size)>/g, '<$1 type="a>b" x=\'"\'>'),
  ),
  rewritten('comments and instructions everywhere', (document) =>
    document.replaceAll('><', '><!-- <IsTruncated>true</IsTruncated> --><?x <Key>d/no</Key> ?><'),
  ),
  rewritten(
    'blanks everywhere',
    (document) => `\n\n  ${document.slice(document.indexOf('\n')).replaceAll('><', '>\r\n\t <')}\n\n`,
  ),
  rewritten('a byte order mark', (document) => `\xef\xbb\xbf${document}`),
  rewritten(
    'another encoding',
    (document, { random }) => document.replace('UTF-8', random.pick(['UTF-16', 'ISO-8859-1', 'utf-7', 'x'])),
    // Whoever decodes by it reads other keys.
  ),
  rewritten('UTF-16', (document) => `\xff\xfe${Array.from(document, (char) => `${char}\0`).join('')}`),
  rewritten('text behind the document', (document) => `${document}<html/>`),
  rewritten('two documents', (document) => document + document),
  rewritten('a document inside another', (document) =>
    document.replace(ROOT, '<$1><$1>').replace(/(<\/\w+>)$/, '$1$1'),
  ),
  rewritten(
    'a document that breaks off',
    (document, { random }) => document.slice(0, random.int(document.length)),
    { pretends: true },
  ),
  rewritten('elements that do not match', (document) => document.replace('</Key>', '</Size>')),
  rewritten('a flood of elements', (document) => document.replace(ROOT, `$&${'<a/>'.repeat(600_000)}`), {
    heavy: true,
  }),
  rewritten(
    'a flood of depth',
    (document) => document.replace(ROOT, `$&${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`),
    {
      heavy: true,
    },
  ),
  rewritten('a tag without end', (document) => document.replace(ROOT, `$&<a ${'"'.repeat(1_000_000)}`), {
    heavy: true,
  }),
  rewritten('NUL bytes', (document) => document.replaceAll('><', '>\0<')),

  rewritten(
    'names that come twice in JSON',
    (document, { random }) =>
      random.pick([
        document.replace('"statusCode":800', '"statusCode":900,"statusCode":800'),
        document.replace('"statusCode":800', '"statusCode":800,"statusCode":800'),
        document.replace('"returnObj":{', '"returnObj":{},"returnObj":{'),
        document.replace('"isTruncated":', '"isTruncated":true,"isTruncated":'),
        document.replace('"isTruncated":true', '"isTruncated":true,"isTruncated":false'),
        document.replace(/"contents":\[.*\]/s, '$&,"contents":[]'),
        document.replace(/"errors":\[.*\]/s, '$&,"errors":[]'),
        document.replaceAll('"key":', '"key":"d/other","key":'),
        document.replaceAll('"lastModified":', '"lastModified":"2001-01-01T00:00:00Z","lastModified":'),
        document.replaceAll(/"size":\d+/g, '$&,"size":9000'),
        document.replace(/"nextKeyMarker":"[^"]*"/, '$&,"nextKeyMarker":null'),
        document.replace(/"keys":\[.*\](?=,"deleteMarkers")/s, '$&,"keys":[]'),
      ]),
    { ...JSON_ALONE, acts: 'some' },
  ),
  rewritten(
    'numbers as texts in JSON',
    (document) => document.replaceAll(/":(\d+)(?=[,}])/g, '":"$1"'),
    JSON_ALONE,
  ),
  rewritten(
    'prototypes in JSON',
    (document) =>
      document
        .replace(
          '{',
          '{"__proto__":{"polluted":true,"statusCode":800,"returnObj":{}},"constructor":{"prototype":{"polluted":true}},',
        )
        .replaceAll('{"key"', '{"__proto__":{"polluted":true,"size":9000},"key"'),
    JSON_ALONE,
  ),
  rewritten('a prototype in place of the answer', (document) => `{"__proto__":${document}}`, JSON_ALONE),
  rewritten(
    'a success without its object',
    (document, { random }) =>
      random.pick([
        '{"statusCode":800,"message":"SUCCESS"}',
        '{"statusCode":800,"returnObj":null}',
        '{"statusCode":800,"returnObj":[]}',
        '{"statusCode":800,"returnObj":""}',
        '[]',
        'null',
        '800',
        '"800"',
        `[${document}]`,
      ]),
    { ...JSON_ALONE, acts: 'maybe' },
  ),
  rewritten(
    'a success of another number',
    (document, { random }) =>
      document.replace(
        '"statusCode":800',
        `"statusCode":${random.pick(['900', '8000', '0', '200', 'null', '"SUCCESS"', '-800', '[800]', '{"800":800}', 'true', '800.5'])}`,
      ),
    { ...JSON_ALONE, pretends: true },
  ),
  rewritten(
    'a success with an error',
    (document, { random }) =>
      document.replace(
        '{',
        `{${random.pick(['"errorCode":"openapi.zos.accessFailed"', '"error":"10009"'])},`,
      ),
    { ...JSON_ALONE, pretends: true },
  ),
  rewritten(
    'what JSON does not know',
    (document, { random }) =>
      random.pick([
        document.replaceAll(/"size":\d+/g, '"size":NaN'),
        document.replaceAll('"', "'"),
        document.replace(/\}$/, ',}'),
        `\xef\xbb\xbf${document}`,
        `${document}${document}`,
        `${document}\0`,
        `callback(${document})`,
        `// hello\n${document}`,
      ]),
    JSON_ALONE,
  ),
  rewritten(
    'a flood of depth in JSON',
    (document) => document.replace('{', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},`),
    {
      ...JSON_ALONE,
      heavy: true,
    },
  ),
  rewritten(
    'a flood of objects in JSON',
    (document) => document.replace('{', `{"a":[${'{},'.repeat(600_000)}0],`),
    {
      ...JSON_ALONE,
      heavy: true,
    },
  ),
  rewritten(
    'JSON that breaks off',
    (document, { random }) => document.slice(0, random.int(document.length)),
    {
      ...JSON_ALONE,
      pretends: true,
    },
  ),
  rewritten('half characters in JSON', (document) => document.replaceAll('"key":"d/', '"key":"d/\\ud800'), {
    ...JSON_ALONE,
    lies: 'keys',
  }),

  {
    name: 'another type',
    on: KINDS,
    write: (wire, { random }) =>
      withHeader(
        wire,
        'content-type',
        random.pick([
          'text/html',
          'text/plain',
          'application/octet-stream',
          'x',
          '',
          'application/xml; charset=utf-16',
        ]),
      ),
  },
  { name: 'a packed answer', on: KINDS, write: (wire) => packed(wire) },
  {
    name: 'an answer that says that it is packed, and is not',
    on: KINDS,
    write: (wire, { random }) =>
      withHeader(wire, 'content-encoding', random.pick(['gzip', 'br', 'deflate', 'x'])),
  },
  {
    name: 'a packed flood',
    on: KINDS,
    heavy: true,
    write: (wire) => packed(wire, packedBlanks()),
  },
  {
    name: 'headers that come twice',
    on: KINDS,
    write: (wire, { random }) => {
      const twice = random.pick<readonly [string, string]>([
        ['etag', '"x"'],
        ['content-type', 'text/html'],
        ['last-modified', 'yesterday'],
        ['x-amz-delete-marker', 'true'],
        ['x-oss-delete-marker', 'true'],
        ['retry-after', '1'],
        ['date', 'Thu, 01 Jan 1970 00:00:00 GMT'],
        ['location', 'http://127.0.0.1:1/'],
      ]);
      return { ...wire, headers: [...wire.headers, twice, twice] };
    },
  },
];

/** Packs of one file can follow each other. */
function packed(wire: Wire, more: Buffer = Buffer.alloc(0)): Wire {
  if (wire.status === 204) return wire;
  const body = Buffer.concat([gzipSync(wire.body), more]);
  return withHeader({ ...wire, body }, 'content-encoding', 'gzip');
}

let blanks: Buffer | undefined;

/** 96 MiB of blanks in some 90 KB. */
function packedBlanks(): Buffer {
  blanks ??= gzipSync(Buffer.alloc(96 * 1024 * 1024, ' '));
  return blanks;
}
