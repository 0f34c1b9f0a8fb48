import type { Answer, Batch, Entry, Outcome, Page } from './answer.js';
import type { Ask, Marker } from './ask.js';
import type { Dialect } from './dialect.js';
import { percentEncoded, requestTarget, type RequestTarget } from './request-target.js';
import type { ByteKey } from './truth.js';
import { wireOf, type Received, type Wire } from './wire.js';
import { element, elementsOf, fromXmlText, xmlText } from './xml-text.js';

const XML = 'application/xml';

/** The bucket of every server of the suite. */
export const BUCKET = 'demo';

/** S3, and OSS where it differs. Addresses are `/bucket/key`. */
export function xmlDialect(name: 's3' | 'oss'): Dialect {
  return {
    name,
    language: 'xml',
    namesMarker: name === 'oss',
    wholeKeys: false,
    ask: (received) => askOf(received),
    write: (answer) => written(name, answer),
    refusal: (status, code) =>
      wireOf(status, XML, `<Error><Code>${code}</Code><Message>it was refused</Message></Error>`),
  };
}

function askOf({ method, url, body }: Received): Ask {
  const target = requestTarget(url);
  const { path, query } = target;
  const [, bucket, key = ''] = /^\/([^/]*)(?:\/([^]*))?$/.exec(path) ?? [];
  if (bucket !== BUCKET) return { kind: 'unknown' };
  if (key !== '') {
    if (method !== 'DELETE') return { kind: 'unknown' };
    return { kind: 'deleteOne', target: { key, versionId: query.get('versionId') } };
  }
  if (method === 'POST' && query.has('delete')) {
    if (query.has('prefix')) return { kind: 'deletePrefix', ...pageOf(target, tokenOf(target)) };
    return batchOf(body.toString('latin1'));
  }
  if (method !== 'GET') return { kind: 'unknown' };
  if (query.has('versions')) {
    const keyMarker = query.get('key-marker');
    const versionId = query.get('version-id-marker') || undefined;
    return { kind: 'versions', ...pageOf(target, keyMarker ? { key: keyMarker, versionId } : undefined) };
  }
  if (query.has('list-type')) return { kind: 'list', by: 'token', ...pageOf(target, tokenOf(target)) };
  const marker = query.get('marker');
  return { kind: 'list', by: 'marker', ...pageOf(target, marker ? { key: marker } : undefined) };
}

function pageOf({ query }: RequestTarget, after: Marker | undefined) {
  return { prefix: query.get('prefix') ?? '', after, max: Number(query.get('max-keys') ?? 1000) };
}

function tokenOf({ query }: RequestTarget): Marker | undefined {
  const token = query.get('continuation-token');
  const key =
    token === undefined ? query.get('start-after') : Buffer.from(token, 'base64').toString('latin1');
  return key ? { key } : undefined;
}

function batchOf(document: string): Ask {
  const targets = elementsOf(document, 'Object').map((inside) => {
    const [versionId] = elementsOf(inside, 'VersionId');
    return {
      key: fromXmlText(elementsOf(inside, 'Key')[0] ?? ''),
      versionId: versionId === undefined ? undefined : fromXmlText(versionId),
    };
  });
  return { kind: 'deleteBatch', targets, quiet: elementsOf(document, 'Quiet')[0] === 'true' };
}

function written(name: 's3' | 'oss', answer: Answer): Wire {
  switch (answer.kind) {
    case 'page':
      return document(
        answer.ask.kind === 'versions' ? 'ListVersionsResult' : 'ListBucketResult',
        pageText(name, answer),
      );
    case 'batch':
      return document('DeleteResult', batchText(name, answer));
    case 'single': {
      const { code, markerId } = answer;
      if (code !== undefined) return xmlDialect(name).refusal(403, code);
      const marker = name === 's3' ? 'x-amz' : 'x-oss';
      return {
        ...wireOf(204, XML, ''),
        headers:
          markerId === undefined
            ? []
            : [
                [`${marker}-delete-marker`, 'true'],
                [`${marker}-version-id`, markerId],
              ],
      };
    }
    case 'unknown':
      return xmlDialect(name).refusal(501, 'NotImplemented');
  }
}

function document(root: string, inside: string): Wire {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inside}</${root}>`;
  return wireOf(200, XML, Buffer.from(text, 'latin1'));
}

function pageText(name: 's3' | 'oss', page: Page): string {
  const { ask, entries, failed, truncated, encodingType } = page;
  const space = name === 's3' ? '+' : '%20';
  const keyText = (key: ByteKey): string => (page.encoded ? percentEncoded(key, space) : xmlText(key));
  return [
    element('Name', BUCKET),
    element('Prefix', keyText(ask.prefix)),
    element('MaxKeys', String(ask.max)),
    element('EncodingType', encodingType),
    ...truncated.map(({ xml }) => element('IsTruncated', xml)),
    nextText(page, keyText),
    ...entries.map((entry) => entryText(ask.kind, entry, keyText)),
    ...failed.map((outcome) => outcomeText('Error', outcome, keyText)),
  ].join('');
}

function nextText({ ask, next, nextIsImplied }: Page, keyText: (key: ByteKey) => string): string {
  if (!next || nextIsImplied) return '';
  if (ask.kind === 'versions')
    return element('NextKeyMarker', keyText(next.key)) + element('NextVersionIdMarker', next.versionId);
  if (ask.kind === 'list' && ask.by === 'marker') return element('NextMarker', keyText(next.key));
  return element('NextContinuationToken', Buffer.from(next.key, 'latin1').toString('base64'));
}

function entryText(kind: Page['ask']['kind'], entry: Entry, keyText: (key: ByteKey) => string): string {
  const { key, text, versionId, isLatest, size, modified, markerId, extra } = entry;
  const root = kind === 'versions' ? (entry.marker ? 'DeleteMarker' : 'Version') : 'Contents';
  return element(
    root,
    [
      element('Key', text ?? (key === undefined ? undefined : keyText(key))),
      element('VersionId', versionId),
      element('IsLatest', isLatest?.xml),
      element('LastModified', modified?.xml),
      entry.marker ? '' : element('ETag', '&quot;9a0364b9e99bb480dd25e1f0284c8555&quot;'),
      element('Size', size?.xml),
      entry.marker ? '' : element('StorageClass', 'STANDARD'),
      markerText({ markerId, key }),
      extra?.xml ?? '',
    ].join(''),
  );
}

function batchText(dialect: 's3' | 'oss', { deleted, failed }: Batch): string {
  // OSS is asked to encode keys; S3 has no such parameter here.
  const encoded = dialect === 'oss';
  const keyText = (key: ByteKey): string => (encoded ? percentEncoded(key) : xmlText(key));
  return [
    encoded ? element('EncodingType', 'url') : '',
    ...deleted.map((outcome) => outcomeText('Deleted', outcome, keyText)),
    ...failed.map((outcome) => outcomeText('Error', outcome, keyText)),
  ].join('');
}

function outcomeText(root: 'Deleted' | 'Error', outcome: Outcome, keyText: (key: ByteKey) => string): string {
  const { key, text, versionId, code } = outcome;
  return element(
    root,
    [
      element('Key', text ?? (key === undefined ? undefined : keyText(key))),
      element('VersionId', versionId),
      markerText(outcome),
      element('Code', code),
      code === undefined ? '' : element('Message', 'it was refused'),
    ].join(''),
  );
}

function markerText({ markerId }: Outcome): string {
  return markerId === undefined
    ? ''
    : element('DeleteMarker', 'true') + element('DeleteMarkerVersionId', markerId);
}
