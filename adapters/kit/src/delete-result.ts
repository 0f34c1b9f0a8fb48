import type { BatchDeleteResult, DeletedTarget, DeleteTarget, FailedTarget } from '@store/driver';
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
  const reader = new TargetReader(targets, encoding);
  const deleted: DeletedTarget[] = [];
  const failed: FailedTarget[] = [];
  let unmatched = root.hasText;
  for (const entry of root.children) {
    const target = reader.targetOf(entry);
    if (!target) unmatched = true;
    else if (entry.name === 'Error') {
      const { key, versionId } = target;
      failed.push({ key, versionId, reason: failureOf(entry.textOf('Code'), entry.textOf('Message')) });
    } else deleted.push(deletedTarget(target, entry));
  }
  return { deleted, failed, unmatched: unmatched || reader.unmatched };
}

function deletedTarget({ key, versionId }: DeleteTarget, entry: XmlElement): DeletedTarget {
  const deleteMarker = flag(entry.textOf('DeleteMarker'));
  const deleteMarkerVersionId = entry.textOf('DeleteMarkerVersionId');
  return { key, versionId, deleteMarker, deleteMarkerVersionId };
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
class TargetReader {
  /** Something was about no target. */
  unmatched = false;
  readonly #targets: readonly DeleteTarget[];
  readonly #encoding: KeyEncoding;
  #versionOf: ReturnType<typeof versionReader> | undefined;
  #asked: Set<string> | undefined;
  /** Behind the one that the last entry was about: mostly an answer keeps to the order of the request. */
  #next = 0;

  constructor(targets: readonly DeleteTarget[], encoding: KeyEncoding) {
    this.#targets = targets;
    this.#encoding = encoding;
  }

  targetOf(entry: XmlElement): DeleteTarget | undefined {
    if (entry.name !== 'Error' && entry.name !== 'Deleted') return undefined;
    const element = entry.child('Key');
    const said = entry.textOf('VersionId');
    const next = this.#targets[this.#next];
    if (next && said === next.versionId && element && isPlainly(next.key, element)) {
      this.#next++;
      return next;
    }
    const key = this.#keyIn(element);
    if (key === undefined) return undefined;
    this.#versionOf ??= versionReader(this.#targets);
    const target = { key, versionId: this.#versionOf(key, said) };
    if (next && next.key === key && next.versionId === target.versionId) this.#next++;
    else {
      this.#asked ??= new Set(this.#targets.map(identity));
      if (!this.#asked.has(identity(target))) this.unmatched = true;
    }
    return target;
  }

  #keyIn(element: XmlElement | undefined): string | undefined {
    // A carriage return that stands there as it is can only be one that was sent.
    const verbatim = !this.#encoding.url && element?.raw().includes('\r');
    return verbatim ? element?.text() : keyOfElement(element, this.#encoding).key;
  }
}

/** Whether just these characters stand in an element, none of which can stand for anything else. */
function isPlainly(key: string, { source, from, to }: XmlElement): boolean {
  if (to - from !== key.length) return false;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    if (code !== source[from + i] || !UNAMBIGUOUS[code]) return false;
  }
  return true;
}

/** Printable ASCII but for what XML and URLs write things with. */
const UNAMBIGUOUS: readonly boolean[] = Array.from(
  { length: 0x7f },
  (_, code) => /[^&<%+]/.test(String.fromCharCode(code)) && code >= 0x20,
);

/** A string that two targets share only when they are the same. */
function identity({ key, versionId }: DeleteTarget): string {
  return versionId === undefined ? `-${key}` : `${versionId.length}:${versionId}${key}`;
}

function flag(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === 'true';
}
