import { compareKeys, type ListFacet, type ListPage, type ObjectInfo } from '@store/driver';
import { notImplemented } from './bucket.js';
import { xmlAnswer, type Answer } from './http/answer.js';
import { ServiceError } from './http/service-error.js';
import { element, escapeXml, textElement } from './xml.js';
import type { Call } from './operation.js';
import type { Account } from './face.js';
import type { S3Quirks } from './quirks.js';
import { rootElement } from './root-element.js';

export const MAX_KEYS = 1000;

/** Pages in a row without an entry that can be named. */
const MAX_TURNED = 100;
export const STANDARD = 'STANDARD';

/** Above every continuation of a group; as good as the end of it. */
const LAST_CHARACTER = '\u{10ffff}';

export const OWNER = element('Owner', textElement('ID', 'owner'), textElement('DisplayName', 'owner'));

/** What all listings have in common. */
export interface ListParameters {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly maxKeys: number;
  readonly encode: (text: string) => string;
  readonly encodingType: string;
  /** The class of what has no other. */
  readonly standard: string;
}

export function parametersOf({ request: { query }, quirks, bucket }: Call, maxName: string): ListParameters {
  const encoding = quirks.ignoreEncodingType ? undefined : query.get('encoding-type');
  if (encoding !== undefined && encoding !== 'url') {
    throw new ServiceError(400, 'InvalidArgument', 'Invalid Encoding Method specified in Request');
  }
  // Without a value it is as good as not there.
  const asked = query.get(maxName) || String(MAX_KEYS);
  if (!/^\d{1,9}$/.test(asked)) {
    throw new ServiceError(
      400,
      'InvalidArgument',
      `Provided ${maxName} not an integer or within integer range`,
    );
  }
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: delimiterOf(query.get('delimiter') || undefined, quirks, bucket.objects.list),
    maxKeys: Math.min(Number(asked), MAX_KEYS),
    encode: encoding === 'url' ? keyEncoder(quirks.encodesSpaces ?? false) : (text) => text,
    encodingType: textElement('EncodingType', encoding),
    standard: quirks.standardClass ?? STANDARD,
  };
}

function delimiterOf(
  delimiter: string | undefined,
  { slashDelimiter }: S3Quirks,
  list: ListFacet,
): string | undefined {
  if (delimiter !== undefined && list.delimiter === 'none') throw notImplemented();
  const slash = slashDelimiter || list.delimiter === 'slash';
  if (!slash || delimiter === undefined || delimiter === '/') return delimiter;
  throw new ServiceError(400, 'InvalidArgument', 'The delimiter has to be "/".');
}

/**
 * As S3 encodes keys in listings: a form's encoding, with slashes left alone.
 *
 * @param spaces as `%20`, not `+`
 */
export function keyEncoder(spaces: boolean): (text: string) => string {
  return (text) => (spaces ? encodeKey(text).replaceAll('+', '%20') : encodeKey(text));
}

function encodeKey(text: string): string {
  if (/^[\w\-.~*/]*$/.test(text)) return text;
  return encodeURIComponent(text)
    .replace(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}

/** ListObjectsV2. */
export async function listObjectsV2(call: Call): Promise<Answer> {
  if (call.quirks.listV1Only) return listObjects(call);
  const { query } = call.request;
  const parameters = parametersOf(call, 'max-keys');
  const { prefix, delimiter, maxKeys, encode, encodingType } = parameters;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  if (token === '') {
    throw new ServiceError(400, 'InvalidArgument', 'The continuation token provided is incorrect');
  }
  const page = await (token === undefined
    ? pageBehind(call, parameters, startAfter)
    : pageOf(call, parameters, { token: opened(token) }));
  return xmlAnswer(
    rootElement(
      'ListBucketResult',
      textElement('Name', call.bucket.name),
      textElement('Prefix', encode(prefix)),
      textElement('Delimiter', delimiter && encode(delimiter)),
      textElement('MaxKeys', maxKeys),
      encodingType,
      textElement('KeyCount', page.objects.length + page.prefixes.length),
      textElement('IsTruncated', page.truncated),
      textElement('ContinuationToken', token),
      textElement('NextContinuationToken', sealed(page.nextToken)),
      textElement('StartAfter', startAfter && encode(startAfter)),
      contents(call, page, parameters, query.get('fetch-owner') === 'true'),
    ),
  );
}

async function pageBehind(
  call: Call,
  parameters: ListParameters,
  key: string | undefined,
): Promise<ListPage> {
  const { startAfter: begins } = call.quirks;
  const page = await pageOf(call, parameters, { startAfter: begins === 'ignored' ? undefined : key });
  return begins === 'inclusive' && key !== undefined ? withFirst(call, parameters, page, key) : page;
}

/** ListObjects, version 1: `marker` is a key, and the next one is told only with a delimiter. */
export async function listObjects(call: Call): Promise<Answer> {
  const parameters = parametersOf(call, 'max-keys');
  const { prefix, delimiter, maxKeys, encode, encodingType } = parameters;
  const marker = call.request.query.get('marker') ?? '';
  const page = await pageFrom(call, parameters, marker);
  const last = [page.objects.at(-1)?.key ?? '', page.prefixes.at(-1)?.prefix ?? ''].sort(compareKeys).at(-1);
  const told = delimiter !== undefined || call.quirks.alwaysNextMarker;
  return xmlAnswer(
    rootElement(
      'ListBucketResult',
      textElement('Name', call.bucket.name),
      textElement('Prefix', encode(prefix)),
      textElement('Marker', encode(marker)),
      textElement('NextMarker', told && page.truncated && last ? encode(last) : undefined),
      textElement('Delimiter', delimiter && encode(delimiter)),
      textElement('MaxKeys', maxKeys),
      encodingType,
      textElement('IsTruncated', page.truncated),
      contents(call, page, parameters, true),
    ),
  );
}

async function pageFrom(call: Call, parameters: ListParameters, marker: string): Promise<ListPage> {
  const startAfter = behindGroup(marker, parameters) || undefined;
  const page = await pageOf(call, parameters, { startAfter });
  const at = call.quirks.inclusiveMarker && startAfter !== undefined;
  return at ? withFirst(call, parameters, page, marker) : page;
}

/** The page with the object in front that it begins behind. */
async function withFirst(
  call: Call,
  parameters: ListParameters,
  page: ListPage,
  key: string,
): Promise<ListPage> {
  if (!key.startsWith(parameters.prefix)) return page;
  const { read } = call.bucket.objects;
  const first = await read.head({ key }, { signal: call.signal }).catch(() => undefined);
  if (!first) return page;
  const whole = page.objects.length + page.prefixes.length >= parameters.maxKeys;
  const objects = whole ? page.objects.slice(0, -1) : page.objects;
  return { ...page, objects: [first, ...objects], truncated: whole || page.truncated };
}

/** A marker that is a group means: behind the group. */
export function behindGroup(
  marker: string,
  { prefix, delimiter }: Pick<ListParameters, 'prefix' | 'delimiter'>,
): string {
  if (delimiter === undefined || !marker.startsWith(prefix)) return marker;
  const at = marker.indexOf(delimiter, prefix.length);
  return at >= 0 && at + delimiter.length === marker.length ? marker + LAST_CHARACTER : marker;
}

/** The group that a key is listed in. */
export function groupOf(
  key: string,
  { prefix, delimiter }: Pick<ListParameters, 'prefix' | 'delimiter'>,
): string | undefined {
  if (delimiter === undefined) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** The groups of a listing as its answer has them. */
export function groupElements(groups: readonly string[], encode: (text: string) => string): string {
  return groups.map((prefix) => element('CommonPrefixes', textElement('Prefix', encode(prefix)))).join('');
}

export async function pageOf(
  { bucket, signal, entry }: Call,
  { prefix, delimiter, maxKeys }: ListParameters,
  start: { token?: string | undefined; startAfter?: string | undefined },
): Promise<ListPage> {
  if (maxKeys === 0) return { objects: [], prefixes: [], truncated: false };
  if (start.startAfter && bucket.objects.list.order !== 'utf8') throw notImplemented();
  const request = { prefix, delimiter, maxKeys };
  let page = await bucket.objects.list.page({ ...request, ...start }, { signal });
  noteUnnameable(entry, page);
  // A page of nothing else is turned: version 1 goes on behind the last key, and would have none.
  for (let turned = 0; turned < MAX_TURNED && onlyUnnameable(page); turned++) {
    page = await bucket.objects.list.page({ ...request, token: page.nextToken }, { signal });
    noteUnnameable(entry, page);
  }
  return page;
}

function onlyUnnameable({ objects, prefixes, unnameable = [], truncated, nextToken }: ListPage): boolean {
  return (
    truncated && nextToken !== undefined && objects.length + prefixes.length === 0 && unnameable.length > 0
  );
}

/** What no answer can name is left out of it, and said in the log. */
export function noteUnnameable(entry: Account, { unnameable = [] }: Pick<ListPage, 'unnameable'>): void {
  if (unnameable.length === 0) return;
  const names = [...(entry.unnameable ?? []), ...unnameable.map(({ name }) => name)];
  entry.unnameable = names.slice(0, MAX_KEYS);
}

function contents(
  { bucket, typeOf }: Call,
  page: ListPage,
  { encode, encodingType, standard }: ListParameters,
  owner: boolean,
): string {
  // What is encoded has nothing to escape.
  const writeKey = encodingType === '' ? escapeXml : encode;
  const tailOf = tails(standard, owner);
  const objects: string[] = [];
  for (const info of page.objects) {
    objects.push('<Contents><Key>', writeKey(info.key), tailOf(info, typeOf?.(bucket, info)));
  }
  const groups = page.prefixes.map(({ prefix }) => prefix);
  return objects.join('') + groupElements(groups, encode);
}

/** What follows the key of an entry, its end tag included. But for the time it is the same for many objects of a page. */
function tails(standard: string, owner: boolean): (info: ObjectInfo, type: string | undefined) => string {
  let last: ObjectInfo | undefined;
  let lastType: string | undefined;
  let rest = '';
  return (info, type) => {
    const { lastModified, etag, size, storageClass } = info;
    const same =
      last?.etag === etag && last?.size === size && last?.storageClass === storageClass && lastType === type;
    if (!last || !same) {
      rest = [
        textElement('ETag', etag),
        textElement('Type', type),
        textElement('Size', size),
        owner ? OWNER : '',
        textElement('StorageClass', storageClass ?? standard),
        '</Contents>',
      ].join('');
      last = info;
      lastType = type;
    }
    return (lastModified ? beginOfTail(lastModified) : '</Key>') + rest;
  };
}

const MAX_TIMES = 10_000;
const begins = new Map<number, string>();

/** Many objects are of the same millisecond, and a date is slow to write. */
function beginOfTail(lastModified: Date): string {
  const time = lastModified.getTime();
  const known = begins.get(time);
  if (known !== undefined) return known;
  if (begins.size >= MAX_TIMES) begins.clear();
  const begin = `</Key>${textElement('LastModified', lastModified.toISOString())}`;
  begins.set(time, begin);
  return begin;
}

/** A store's own token, which may have any characters, as one that XML can carry. */
export function sealed(token: string | undefined): string | undefined {
  return token === undefined ? undefined : Buffer.from(token).toString('base64url');
}

/** @throws ServiceError `InvalidArgument` when a token is none of {@link sealed} */
export function opened(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (sealed(text) === token) return text;
  throw new ServiceError(400, 'InvalidArgument', 'The continuation token provided is incorrect');
}
