import type { BatchDeleteResult, DeletedTarget, DeleteTarget, FailedTarget } from '@store/core';
import { versionReader } from './answered-version.js';
import { keyOfElement, type KeyEncoding } from './key-bytes.js';
import type { ServiceCodes } from './service-codes.js';
import type { XmlElement } from './xml.js';

/** What the answer to DeleteObjects says. */
export interface DeleteResult extends BatchDeleteResult {
  /** It says something about none of the keys that were asked for, or something that is not understood. */
  readonly unmatched: boolean;
}

/**
 * Reads a DeleteResult. Every space and line of a key is a part of it.
 *
 * @param failureOf why one key was refused, in the words of this library
 */
export function readDeleteResult(
  root: XmlElement,
  targets: readonly DeleteTarget[],
  encoding: KeyEncoding,
  failureOf: ServiceCodes['keyFailure'],
): DeleteResult {
  const targetOf = targetReader(targets, encoding);
  const asked = new Set(targets.map(identity));
  const deleted: DeletedTarget[] = [];
  const failed: FailedTarget[] = [];
  let unmatched = root.hasText;
  for (const entry of root.children) {
    const target = targetOf(entry);
    if (entry.name === 'Error' && target) {
      failed.push({ ...target, reason: failureOf(entry.textOf('Code'), entry.textOf('Message')) });
    } else if (entry.name === 'Deleted' && target) {
      deleted.push({
        ...target,
        deleteMarker: flag(entry.textOf('DeleteMarker')),
        deleteMarkerVersionId: entry.textOf('DeleteMarkerVersionId'),
      });
    }
    if (!target || !asked.has(identity(target))) unmatched = true;
  }
  return { deleted, failed, unmatched };
}

/**
 * A quiet answer names what was not deleted, and the rest was. That holds only when everything that it says is about
 * keys that were asked for: a failure whose key is missing, encoded or written otherwise is a failure of one of them.
 */
export function settleQuietly(
  { deleted, failed, unmatched }: DeleteResult,
  targets: readonly DeleteTarget[],
): BatchDeleteResult {
  // Some services do not know the word, and name what they deleted.
  if (deleted.length > 0 || unmatched) return { deleted, failed };
  const refused = new Set(failed.map(identity));
  return { deleted: targets.filter((target) => !refused.has(identity(target))), failed };
}

/** Reads which target an entry is about, in the words of the request where it is one of them. */
function targetReader(
  targets: readonly DeleteTarget[],
  encoding: KeyEncoding,
): (entry: XmlElement) => DeleteTarget | undefined {
  const versionOf = versionReader(targets);
  return (entry) => {
    if (entry.name !== 'Error' && entry.name !== 'Deleted') return undefined;
    const element = entry.child('Key');
    // A carriage return that stands there as it is can only be one that was sent.
    const verbatim = !encoding.url && element?.raw().includes('\r');
    const key = verbatim ? element?.text() : keyOfElement(element, encoding).key;
    return key === undefined ? undefined : { key, versionId: versionOf(key, entry.textOf('VersionId')) };
  };
}

/** A string that two targets share only when they are the same. */
function identity({ key, versionId }: DeleteTarget): string {
  return JSON.stringify([key, versionId ?? null]);
}

function flag(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === 'true';
}
