import { compareKeys, type UploadInfo } from '@store/driver';
import { Engine } from '@store/engine';
import { uploadPages } from '@store/engine/pages';
import { need } from './bucket.js';
import { xmlAnswer, type Answer } from './http/answer.js';
import {
  behindGroup,
  groupElements,
  groupOf,
  MAX_KEYS,
  noteUnnameable,
  OWNER,
  parametersOf,
  STANDARD,
  type ListParameters,
} from './listings.js';
import type { Call } from './operation.js';
import { rootElement } from './root-element.js';
import { element, textElement } from './xml.js';

/** The incomplete uploads of a bucket. @throws StoreError `Corrupt` where its store never comes to an end of them */
export async function* allUploads(
  { bucket: { objects }, signal, entry }: Pick<Call, 'bucket' | 'signal' | 'entry'>,
  prefix: string,
): AsyncGenerator<UploadInfo> {
  // Whoever asks tries again himself.
  need(objects.uploads);
  const engine = new Engine(objects, { retry: { maxAttempts: 1, patienceMs: 0 } });
  for await (const page of uploadPages(engine, prefix, { operation: 'listUploads', signal })) {
    noteUnnameable(entry, page);
    yield* page.uploads;
  }
}

/** An upload, or a group of them. */
interface Entry {
  /** What orders it: its key, or the group. */
  readonly name: string;
  readonly upload: UploadInfo | undefined;
}

/** ListMultipartUploads. */
export async function listUploads(call: Call): Promise<Answer> {
  const { query } = call.request;
  const parameters = parametersOf(call, 'max-uploads');
  const { prefix, delimiter, maxKeys, encode, encodingType } = parameters;
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const found = await firstBehind(call, parameters, keyMarker, keyMarker === '' ? '' : idMarker);
  const entries = found.slice(0, maxKeys);
  // Of no entries there is no last one to go on behind.
  const truncated = found.length > entries.length && maxKeys > 0;
  const last = entries.at(-1);
  return xmlAnswer(
    rootElement(
      'ListMultipartUploadsResult',
      textElement('Bucket', call.bucket.name),
      textElement('KeyMarker', encode(keyMarker)),
      textElement('UploadIdMarker', idMarker),
      textElement('NextKeyMarker', truncated ? encode(last?.name ?? '') : undefined),
      textElement('NextUploadIdMarker', truncated ? last?.upload?.uploadId : undefined),
      textElement('Prefix', encode(prefix)),
      textElement('Delimiter', delimiter && encode(delimiter)),
      encodingType,
      textElement('MaxUploads', maxKeys),
      textElement('IsTruncated', truncated),
      ...entries.map(({ upload }) => (upload ? uploadElement(call, upload, encode) : '')),
      groupElements(
        entries.filter(({ upload }) => !upload).map(({ name }) => name),
        encode,
      ),
    ),
  );
}

function uploadElement(
  { quirks }: Call,
  { key, uploadId, initiated }: UploadInfo,
  encode: (text: string) => string,
): string {
  return element(
    'Upload',
    textElement('Key', encode(key)),
    textElement('UploadId', uploadId),
    element('Initiator', textElement('ID', 'owner'), textElement('DisplayName', 'owner')),
    OWNER,
    textElement('StorageClass', quirks.standardClass ?? STANDARD),
    textElement('Initiated', initiated?.toISOString()),
  );
}

/** One more than asked for, in the order of keys and, for one key, of ids: stores have orders of their own. */
async function firstBehind(
  call: Call,
  parameters: ListParameters,
  keyMarker: string,
  idMarker: string,
): Promise<Entry[]> {
  const wanted = parameters.maxKeys + 1;
  const begin = behindGroup(keyMarker, parameters);
  const groups = new Set<string>();
  let first: Entry[] = [];
  for await (const upload of allUploads(call, parameters.prefix)) {
    const { key, uploadId } = upload;
    const group = groupOf(key, parameters);
    const order = compareKeys(key, begin);
    const behind = order > 0 || (order === 0 && idMarker !== '' && uploadId > idMarker);
    if (!behind || (group !== undefined && groups.has(group))) continue;
    if (group !== undefined) groups.add(group);
    first.push(group === undefined ? { name: key, upload } : { name: group, upload: undefined });
    if (first.length >= 2 * wanted + MAX_KEYS) first = first.sort(compareEntries).slice(0, wanted);
  }
  return first.sort(compareEntries).slice(0, wanted);
}

function compareEntries(a: Entry, b: Entry): number {
  const order = compareKeys(a.name, b.name);
  if (order !== 0) return order;
  return (a.upload?.uploadId ?? '') < (b.upload?.uploadId ?? '') ? -1 : 1;
}
