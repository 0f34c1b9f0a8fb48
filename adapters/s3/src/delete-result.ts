import type { BatchDeleteResult, DeletedTarget, DeleteTarget, FailedTarget } from '@store/core';
import { keyOfElement, type XmlElement } from '@store/kit';
import { keyFailure } from './errors.js';

/** What the answer to DeleteObjects says. */
export interface DeleteResult extends BatchDeleteResult {
  /** It says something about none of the keys that were asked for, or something that is not understood. */
  readonly unmatched: boolean;
}

/**
 * Reads a DeleteResult. Keys stand in it as in the request: not encoded, and every space and line of them is a part.
 */
export function readDeleteResult(root: XmlElement, targets: readonly DeleteTarget[]): DeleteResult {
  const asked = new Set(targets.map(identity));
  const deleted: DeletedTarget[] = [];
  const failed: FailedTarget[] = [];
  let unmatched = root.children.length === 0 && root.raw().trim() !== '';
  for (const entry of root.children) {
    const target = targetOf(entry, asked);
    if (entry.name === 'Error' && target) {
      failed.push({ ...target, reason: keyFailure(entry.textOf('Code'), entry.textOf('Message')) });
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

/** The target that an entry is about, in the words of the request where it is one of them. */
function targetOf(entry: XmlElement, asked: ReadonlySet<string>): DeleteTarget | undefined {
  if (entry.name !== 'Error' && entry.name !== 'Deleted') return undefined;
  const element = entry.child('Key');
  // A carriage return that stands there as it is can only be one that was sent.
  const key = element?.raw().includes('\r') ? element.text() : keyOfElement(element, VERBATIM).key;
  if (key === undefined) return undefined;
  const versionId = entry.textOf('VersionId');
  // Where there are no versions, some services call what there is the version "null".
  const plain = { key, versionId: undefined };
  if (versionId === 'null' && !asked.has(identity({ key, versionId })) && asked.has(identity(plain)))
    return plain;
  return { key, versionId };
}

const VERBATIM = { url: false, plusIsSpace: false };

/** A string that two targets share only when they are the same. */
function identity({ key, versionId }: DeleteTarget): string {
  return JSON.stringify([key, versionId ?? null]);
}

function flag(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === 'true';
}
