import {
  compareKeys,
  StoreError,
  type ListVersionsPage,
  type ListVersionsPageRequest,
  type VersionInfo,
} from '@store/driver';
import { need } from './bucket.js';
import { xmlAnswer, type Answer } from './http/answer.js';
import { ServiceError } from './http/service-error.js';
import {
  behindGroup,
  groupElements,
  groupOf,
  noteUnnameable,
  opened,
  OWNER,
  parametersOf,
  sealed,
  type ListParameters,
} from './listings.js';
import type { Call } from './operation.js';
import { rootElement } from './root-element.js';
import { element, textElement } from './xml.js';

/** Where a listing begins or goes on: behind all versions of a key, or at a place that the store has a token for. */
type Start = Pick<ListVersionsPageRequest, 'startAfter' | 'token'>;

interface VersionsAndGroups {
  readonly versions: readonly VersionInfo[];
  readonly groups: readonly string[];
  readonly truncated: boolean;
  /** What the next listing begins behind: a key, or a group. */
  readonly last: string;
  /** Where it begins within the versions of that key. */
  readonly token: string | undefined;
}

/** ListObjectVersions. The version marker is opaque here: it stands for a place, not for a version. */
export async function listObjectVersions(call: Call): Promise<Answer> {
  const { query } = call.request;
  const parameters = parametersOf(call, 'max-keys');
  const { prefix, delimiter, maxKeys, encode, encodingType, standard } = parameters;
  const keyMarker = query.get('key-marker') || undefined;
  const versionMarker = query.get('version-id-marker') || undefined;
  if (versionMarker !== undefined && keyMarker === undefined) {
    throw new ServiceError(
      400,
      'InvalidArgument',
      'A version-id marker cannot be specified without a key marker.',
    );
  }
  const start =
    versionMarker === undefined
      ? { startAfter: keyMarker && behindGroup(keyMarker, parameters) }
      : { token: opened(versionMarker) };
  const { versions, groups, truncated, last, token } = await gather(call, parameters, start);
  const entries = versions.map((version) =>
    element(
      version.deleteMarker ? 'DeleteMarker' : 'Version',
      textElement('Key', encode(version.key)),
      textElement('VersionId', version.versionId),
      textElement('IsLatest', version.isLatest),
      textElement('LastModified', version.lastModified?.toISOString()),
      textElement('ETag', version.etag),
      textElement('Size', version.deleteMarker ? undefined : version.size),
      version.deleteMarker ? '' : textElement('StorageClass', version.storageClass ?? standard),
      OWNER,
    ),
  );
  return xmlAnswer(
    rootElement(
      'ListVersionsResult',
      textElement('Name', call.bucket.name),
      textElement('Prefix', encode(prefix)),
      textElement('KeyMarker', encode(keyMarker ?? '')),
      textElement('VersionIdMarker', versionMarker ?? ''),
      textElement('NextKeyMarker', truncated ? encode(last) : undefined),
      textElement('NextVersionIdMarker', sealed(token)),
      textElement('Delimiter', delimiter && encode(delimiter)),
      textElement('MaxKeys', maxKeys),
      encodingType,
      textElement('IsTruncated', truncated),
      ...entries,
      groupElements(groups, encode),
    ),
  );
}

/**
 * So many versions and groups. A store lists versions without groups: each page has as many as there is room for, so that
 * the last one ends where the next listing goes on, and what is left of a group is passed over.
 */
async function gather(call: Call, parameters: ListParameters, start: Start): Promise<VersionsAndGroups> {
  const { bucket, signal, entry } = call;
  const { prefix, delimiter, maxKeys } = parameters;
  const listVersions = need(bucket.listVersions?.bind(bucket));
  const jumps = delimiter !== undefined && bucket.objects.list.order === 'utf8';
  const versions: VersionInfo[] = [];
  const groups: string[] = [];
  let last = '';
  let at = start;
  while (versions.length + groups.length < maxKeys) {
    const room = maxKeys - versions.length - groups.length;
    const page = await listVersions({ prefix, maxKeys: room, ...at }, { signal });
    noteUnnameable(entry, page);
    // Where the client begins is its own affair.
    if (at !== start) checkProgress(at, page);
    for (const version of page.versions) {
      const group = groupOf(version.key, parameters);
      last = group ?? version.key;
      if (group === undefined) versions.push(version);
      else if (!groups.includes(group)) groups.push(group);
    }
    const token = page.truncated ? page.nextToken : undefined;
    const inGroup = groupOf(page.versions.at(-1)?.key ?? '', parameters);
    if (token === undefined) return { versions, groups, truncated: page.truncated, last, token };
    at = jumps && inGroup !== undefined ? { startAfter: behindGroup(inGroup, parameters) } : { token };
    if (delimiter === undefined) return { versions, groups, truncated: true, last, token };
  }
  return { versions, groups, truncated: maxKeys > 0, last, token: at.token };
}

/**
 * A store that gives the same page again would be asked for ever.
 *
 * @throws StoreError `Corrupt`
 */
function checkProgress({ startAfter, token }: Start, page: ListVersionsPage): void {
  const [first] = page.versions;
  const back = startAfter !== undefined && first !== undefined && compareKeys(first.key, startAfter) <= 0;
  const same = token !== undefined && page.truncated && page.nextToken === token;
  if (!back && !same) return;
  throw new StoreError('Corrupt', 'the store gives a page of its versions again', { operation: 'list' });
}
