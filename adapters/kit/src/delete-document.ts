import type { DeleteTarget } from '@store/driver';
import { DECLARATION, escapedText } from './xml-writing.js';

/**
 * The body of DeleteObjects. Written by hand: it has a thousand keys, each with the same few elements around it.
 *
 * @param attributes of its root, with the space before them
 */
export function deleteDocument(targets: readonly DeleteTarget[], quiet: boolean, attributes = ''): Buffer {
  let document = `${DECLARATION}<Delete${attributes}><Quiet>${quiet}</Quiet>`;
  for (const { key, versionId, ifMatch } of targets) {
    document += `<Object><Key>${escapedText(key)}</Key>`;
    if (versionId !== undefined) document += `<VersionId>${escapedText(versionId)}</VersionId>`;
    if (ifMatch !== undefined) document += `<ETag>${escapedText(ifMatch)}</ETag>`;
    document += '</Object>';
  }
  return Buffer.from(`${document}</Delete>`);
}
