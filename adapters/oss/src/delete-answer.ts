import type { BatchDeleteResult, DeletedTarget, DeleteTarget, FailedTarget } from '@store/core';
import { versionReader } from '@store/kit';
import { keyFailure } from './errors.js';
import { isUrlEncoded, keyIn, nodes, textIn, type XmlNode } from './xml.js';

/** What a `DeleteResult` names. OSS names no failures (its documentation has none); what names one is believed. */
export function batchAnswer(answer: XmlNode, targets: readonly DeleteTarget[]): BatchDeleteResult {
  const urlEncoded = isUrlEncoded(answer);
  const versionOf = versionReader(targets);
  const targetOf = (one: XmlNode): DeleteTarget | undefined => {
    // Without a key, or with one that nobody can have asked for, it accounts for no target.
    if (one['Key'] === undefined || one['Key'] === '') return undefined;
    const { key } = keyIn(one, 'Key', urlEncoded);
    return key === undefined ? undefined : { key, versionId: versionOf(key, textIn(one, 'VersionId')) };
  };
  const read = <T>(name: string, outcome: (target: DeleteTarget, one: XmlNode) => T): T[] =>
    nodes(answer, name).flatMap((one) => {
      const target = targetOf(one);
      return target ? [outcome(target, one)] : [];
    });
  return {
    deleted: read('Deleted', (target, one): DeletedTarget => ({
      ...target,
      deleteMarker: textIn(one, 'DeleteMarker') === 'true',
      deleteMarkerVersionId: textIn(one, 'DeleteMarkerVersionId'),
    })),
    failed: read('Error', (target, one): FailedTarget => ({
      ...target,
      reason: keyFailure(textIn(one, 'Code'), textIn(one, 'Message')),
    })),
  };
}
