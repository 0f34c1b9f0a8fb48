export { versionReader } from './answered-version.js';
export { sizeFact, timeFact } from './facts.js';
export {
  escapedBytes,
  keyOfBytes,
  keyOfElement,
  keyOfUrlBytes,
  keyOfUrlText,
  unnameableKey,
  type KeyEncoding,
  type ListedKey,
} from './key-bytes.js';
export { saysTruncated } from './listing-end.js';
export { networkFailure, type NetworkFailure } from './network.js';
export { answerTooLong, MAX_ANSWER_BYTES, readAnswer } from './read-answer.js';
export { retryAfterMs } from './retry-after.js';
export { codeOfStatus } from './status.js';
export { readXml, rootName, XmlElement } from './xml.js';
