export { addressScheme, type AddressCredentials, type AddressForm } from './address.js';
export {
  switchParameter,
  textParameter,
  wordParameter,
  type AddressParameter,
} from './address-parameters.js';
export { versionReader } from './answered-version.js';
export { checksum, runningChecksum, type ChecksumAlgorithm, type RunningChecksum } from './checksum.js';
export { deleteDocument } from './delete-document.js';
export { readDeleteResult, settleQuietly, type DeleteResult } from './delete-result.js';
export { entryOf } from './entry-of.js';
export { documentIn, lackOf, type ExpectedAnswer } from './expected-answer.js';
export { sizeFact, timeFact } from './facts.js';
export { keyOfJsonText, parseJson } from './json-text.js';
export { escapedBytes, keyOfBytes, keyOfUrlText, type KeyEncoding, type ListedKey } from './key-bytes.js';
export { HttpTransport, type HttpAnswer, type HttpCall } from './http-transport.js';
export { ignoring } from './ignoring.js';
export { digestsOf, type BodyDigests } from './kept-body.js';
export { ruleElement } from './lifecycle-document.js';
export { newestFirst } from './listed-entries.js';
export { ListingDocument } from './listing-document.js';
export { saysTruncated } from './listing-end.js';
export { objectsPage, versionsPage } from './listing-pages.js';
export { decodeMetadata, encodeMetadata } from './metadata-headers.js';
export { networkError, networkFailure, NOBODY_THERE, requestFailure, type FailurePlace } from './network.js';
export { joinMarkers, splitMarkers } from './page-token.js';
export {
  encryptionOf,
  etagOf,
  headerOf,
  objectInfo,
  quotedEtag,
  restoreState,
  tagHeader,
  type AnswerHeaders,
} from './object-info.js';
export type { ObjectAnswer } from './object-body.js';
export { beginningOf, isWebPage, whatCame } from './other-answer.js';
export { endpointOf, placeOf, type Located } from './place.js';
export { MAX_ANSWER_BYTES, MAX_SHORT_ANSWER_BYTES, readAnswer } from './read-answer.js';
export { endpointUrl, requestLimits, someText, timeoutOf, type RequestLimits } from './request-limits.js';
export {
  givenValues,
  objectPath,
  percentEncoded,
  queryText,
  type UnsignedRequest,
} from './request-target.js';
export { retryAfterMs } from './retry-after.js';
export { saidByService } from './said.js';
export { codeMessage, serviceCodes, type ServiceCodes } from './service-codes.js';
export { codeOfStatus } from './status.js';
export { taggingOf, tagsOf } from './tagging.js';
export { textIn } from './text-in.js';
export { undocumented } from './undocumented.js';
export { xmlDocument, xmlOf, type XmlContent } from './xml-writing.js';
export { readXml, rootName, XmlElement } from './xml.js';
export { versioningState } from './versioning-state.js';
export { batchFacet, chargeOf, deleteFacet, listHeaders } from './protocol/deletes.js';
export { lifecycleFacet, type LifecycleForm } from './protocol/lifecycle.js';
export { listFacet, uploadsFacet, versionsFacet } from './protocol/listings.js';
export { multipartFacet } from './protocol/multipart.js';
export { restoreCall, tagsFacet } from './protocol/object-state.js';
export { readFacet } from './protocol/reads.js';
export { XML, type Dialect, type Service, type ServiceRequest } from './protocol/service.js';
export { writeFacet } from './protocol/writes.js';
