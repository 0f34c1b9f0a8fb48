export { versionReader } from './answered-version.js';
export { checkContentRange } from './content-range.js';
export {
  readDeleteResult,
  settleQuietly,
  type DeleteResult,
  type DeleteResultReader,
} from './delete-result.js';
export { entryOf } from './entry-of.js';
export { sizeFact, timeFact } from './facts.js';
export {
  escapedBytes,
  keyOfBytes,
  keyOfElement,
  keyOfUrlBytes,
  keyOfUrlText,
  SHOWN_BYTES,
  unnameableKey,
  type KeyEncoding,
  type ListedKey,
} from './key-bytes.js';
export { ignoring } from './ignoring.js';
export { readLifecycleDocument, writeLifecycleDocument, type BesideRules } from './lifecycle-document.js';
export { isUrlEncoded, ListingDocument } from './listing-document.js';
export { saysTruncated } from './listing-end.js';
export { objectsPage, partsPage, uploadsPage, versionsPage } from './listing-pages.js';
export { decodeMetadata, encodeMetadata } from './metadata-headers.js';
export { networkFailure, type NetworkFailure } from './network.js';
export { joinMarkers, splitMarkers } from './page-token.js';
export { objectBody } from './object-body.js';
export { answerTooLong, MAX_ANSWER_BYTES, MAX_SHORT_ANSWER_BYTES, readAnswer } from './read-answer.js';
export { retryAfterMs } from './retry-after.js';
export { saidByService } from './said.js';
export { S3_CODES, serviceCodes, type ServiceCodes } from './service-codes.js';
export { codeOfStatus } from './status.js';
export { undocumented } from './undocumented.js';
export { MAX_TEXT_LENGTH, readXml, rootName, XmlElement } from './xml.js';
