import type { DeleteTarget } from '@store/driver';
import { DECLARATION, escapedText, isPlain } from './xml-writing.js';

/** The body of DeleteObjects. */
export interface DeleteDocument {
  readonly content: Buffer;
  /** It has keys alone, each as it is. */
  readonly isPlain: boolean;
}

/**
 * Written by hand: it has a thousand keys, each with the same few elements around it.
 *
 * @param attributes of its root, with the space before them
 */
export function deleteDocument(
  targets: readonly DeleteTarget[],
  quiet: boolean,
  attributes = '',
): DeleteDocument {
  const begin = `${DECLARATION}<Delete${attributes}><Quiet>${quiet}</Quiet>`;
  const plain = plainObjects(targets);
  const text = `${begin}${plain ?? objects(targets)}</Delete>`;
  return {
    content: Buffer.from(text, plain === undefined ? 'utf8' : 'latin1'),
    isPlain: plain !== undefined,
  };
}

/** Where all keys are plain, which one look at all of them tells; at the first alone, where that is not. */
function plainObjects(targets: readonly DeleteTarget[]): string | undefined {
  if (!isPlain(targets[0]?.key ?? '')) return undefined;
  let keys = '';
  let document = '';
  for (const { key, versionId, ifMatch } of targets) {
    if (versionId !== undefined || ifMatch !== undefined) return undefined;
    keys += key;
    document += `<Object><Key>${key}</Key></Object>`;
  }
  return isPlain(keys) ? document : undefined;
}

function objects(targets: readonly DeleteTarget[]): string {
  let document = '';
  for (const { key, versionId, ifMatch } of targets) {
    document += `<Object><Key>${escapedText(key)}</Key>`;
    if (versionId !== undefined) document += `<VersionId>${escapedText(versionId)}</VersionId>`;
    if (ifMatch !== undefined) document += `<ETag>${escapedText(ifMatch)}</ETag>`;
    document += '</Object>';
  }
  return document;
}
