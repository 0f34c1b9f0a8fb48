import type { Answer, Batch, Entry, Outcome, Page, Written } from './answer.js';
import type { Ask } from './ask.js';
import type { Dialect } from './dialect.js';
import { requestTarget, type RequestTarget } from './request-target.js';
import { byteKey, type ByteKey, type Target } from './truth.js';
import { wireOf, type Received, type Wire } from './wire.js';

const JSON_TYPE = 'application/json';

/** The JSON OpenAPI of ZOS: everything under `/v4/oss/`, changes by POST. */
export function zosDialect(): Dialect {
  return {
    name: 'zos',
    language: 'json',
    namesMarker: true,
    wholeKeys: true,
    ask: askOf,
    write: written,
    refusal: (status, code) =>
      wireOf(status, JSON_TYPE, envelope(900, [['errorCode', `openapi.zos.${code}`]])),
  };
}

function askOf({ url, body }: Received): Ask {
  const target = requestTarget(url);
  const { query } = target;
  const [, call = ''] = /^\/v4\/oss\/([\w-]+)$/.exec(target.path) ?? [];
  const prefix = query.get('prefix') ?? '';
  switch (call) {
    case 'list-objects':
      return {
        kind: 'list',
        by: 'marker',
        prefix,
        after: markerOf(target, 'marker'),
        max: Number(query.get('maxKeys') ?? 1000),
      };
    case 'list-object-versions':
      return { kind: 'versions', prefix, after: markerOf(target, 'keyMarker'), max: 1000 };
    case 'delete-object':
      return { kind: 'deleteOne', target: targetOf(JSON.parse(body.toString())) };
    case 'delete-objects': {
      const { delete: asked } = JSON.parse(body.toString()) as {
        readonly delete: { readonly objects: readonly unknown[]; readonly quiet: boolean };
      };
      return { kind: 'deleteBatch', targets: asked.objects.map(targetOf), quiet: asked.quiet };
    }
    default:
      return { kind: 'unknown' };
  }
}

function markerOf({ query }: RequestTarget, name: string) {
  const key = query.get(name);
  return key ? { key } : undefined;
}

function targetOf(given: unknown): Target {
  const { key, versionID } = given as { readonly key: string; readonly versionID?: string };
  return { key: byteKey(key), versionId: versionID };
}

type Member = readonly [name: string, value: string | undefined];

/** An object of JSON, a character for each byte. */
function object(members: readonly Member[]): string {
  const present = members.flatMap(([name, value]) => (value === undefined ? [] : `"${name}":${value}`));
  return `{${present.join(',')}}`;
}

/** Bytes as a text of JSON: those beyond ASCII as they are. */
export function jsonText(bytes: ByteKey): string {
  return JSON.stringify(bytes);
}

function envelope(statusCode: number, members: readonly Member[]): Buffer {
  const texts = members.map(([name, value]): Member => [
    name,
    name === 'returnObj' || value === undefined ? value : JSON.stringify(value),
  ]);
  const message = statusCode === 800 ? '"SUCCESS"' : '"it was refused"';
  const all: Member[] = [['message', message], ...texts, ['statusCode', String(statusCode)]];
  return Buffer.from(object(all), 'latin1');
}

function written(answer: Answer): Wire {
  switch (answer.kind) {
    case 'page':
      return success(answer.ask.kind === 'versions' ? versionsText(answer) : pageText(answer));
    case 'batch':
      return success(batchText(answer));
    case 'single':
      return answer.code === undefined
        ? success('{}')
        : wireOf(200, JSON_TYPE, envelope(900, [['errorCode', `openapi.zos.${answer.code}`]]));
    case 'unknown':
      return wireOf(404, JSON_TYPE, '{"statusCode":"CTAPI_10000","message":"API Not Found"}');
  }
}

function success(returnObj: string): Wire {
  return wireOf(200, JSON_TYPE, envelope(800, [['returnObj', returnObj]]));
}

function list(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}

function pageText({ ask, entries, truncated, next }: Page): string {
  return object([
    ['prefix', jsonText(ask.prefix)],
    ['maxKeys', String(ask.max)],
    ...truncated.map(({ json }): Member => ['isTruncated', json]),
    ['nextMarker', next && jsonText(next.key)],
    ['contents', list(entries.map(entryText))],
  ]);
}

/** Versions come by their keys, and delete markers apart. */
function versionsText({ entries, truncated, next }: Page): string {
  const keys = [...new Set(entries.filter(({ marker }) => !marker).map(({ key }) => key))];
  const groups = keys.map((key) =>
    object([
      ['key', key === undefined ? undefined : jsonText(key)],
      ['versions', list(entries.filter((one) => !one.marker && one.key === key).map(entryText))],
    ]),
  );
  return object([
    ...truncated.map(({ json }): Member => ['isTruncated', json]),
    ['keys', list(groups)],
    ['deleteMarkers', list(entries.filter(({ marker }) => marker).map(entryText))],
    ['nextKeyMarker', next ? jsonText(next.key) : 'null'],
  ]);
}

function entryText({ key, text, marker, versionId, isLatest, size, modified, extra }: Entry): string {
  const json = (written: Written | undefined): string | undefined => written?.json;
  return object([
    ['key', text ?? (key === undefined ? undefined : jsonText(key))],
    ['versionID', versionId === undefined ? undefined : JSON.stringify(versionId)],
    ['isLatest', json(isLatest)],
    ['lastModified', json(modified)],
    ['size', json(size)],
    ['ETag', marker ? undefined : '"9a0364b9e99bb480dd25e1f0284c8555"'],
  ]).replace(/\}$/, `${extra ? `,${extra.json}` : ''}}`);
}

function batchText({ ask, deleted, failed }: Batch): string {
  return object([
    ['deleted', ask.quiet ? undefined : list(deleted.map(outcomeText))],
    ['errors', list(failed.map(outcomeText))],
  ]);
}

function outcomeText({ key, text, versionId, markerId, code }: Outcome): string {
  return object([
    ['key', text ?? (key === undefined ? undefined : jsonText(key))],
    ['versionID', versionId === undefined ? undefined : JSON.stringify(versionId)],
    ['deleteMarker', markerId === undefined ? undefined : 'true'],
    ['deleteMarkerVersionID', markerId === undefined ? undefined : JSON.stringify(markerId)],
    ['code', code === undefined ? undefined : JSON.stringify(code)],
    ['message', code === undefined ? undefined : '"it was refused"'],
  ]);
}
