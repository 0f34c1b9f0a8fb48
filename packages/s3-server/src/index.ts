export { credentialOf, type Credential } from './auth/credential.js';
export { hasSigV2, sigV2, verifySigV2, type SigV2Settings } from './auth/sigv2.js';
export { sameText, signingKey, sha256, verifySigV4, type Signed, type SigV4Settings } from './auth/sigv4.js';
export { documentLimit, entityTooLarge, messageTooLong } from './body-limit.js';
export { beginChecksum, type Checksum } from './checksums.js';
export { answerForm, formSubject, POST_OBJECT } from './forms/answer-form.js';
export { readForm, type Form } from './forms/form.js';
export { formAnswer, isFormUpload, keyOf, putOf, signedBy, within } from './forms/form-upload.js';
export {
  checkPolicy,
  isPolicyV2,
  verifyPolicy,
  verifyPolicyV2,
  type LengthRange,
  type PolicySettings,
} from './forms/post-policy.js';
export type { BatchOutcome, KeyError } from './batch-outcome.js';
export { deleteTargets } from './batch.js';
export { isBucketName } from './bucket-name.js';
export { bucketNotEmpty } from './bucket-operations.js';
export {
  need,
  notImplemented,
  type Bucket,
  type LifecycleBeside,
  type LifecycleRuleText,
  type Buckets,
  type SpooledPart,
  type StreamedPart,
  type Versioning,
} from './bucket.js';
export type { Account, Face, FaceCall, Refusal, Refused, Subject } from './face.js';
export {
  closeOf,
  sendAnswer,
  sendLastAnswer,
  wholeAnswer,
  xmlAnswer,
  type Answer,
  type WholeAnswer,
} from './http/answer.js';
export { encodeWords } from './http/encoded-words.js';
export { bodyChunks, readBody, requestTimeout, type BodyReading } from './http/body.js';
export { BytesInFlight, type Lease } from './http/bytes-in-flight.js';
export { readHead, readIncoming, type Incoming, type RequestHead } from './http/incoming.js';
export { encodeRfc3986, Query } from './http/query.js';
export { ServiceError, slowDown } from './http/service-error.js';
export { readRule, type ParsedRule } from './lifecycle-rule.js';
export { behindGroup } from './listings.js';
export { Content } from './content.js';
export { restoreHeader } from './object-headers.js';
export type { Buffering, Service } from './operation.js';
export { announcedBytes, readDigests, type Payload } from './payload.js';
export type { S3Quirks } from './quirks.js';
export { refuseForgotten } from './understood.js';
export { addressOf, route, type Route } from './route.js';
export { performS3, S3Face, SERVED_OPERATIONS, subjectOf, type S3FaceSettings } from './s3-face.js';
export { childrenOf, childText, element, parseStrictly, serialise, textElement, XmlElement } from './xml.js';
export { toServiceError } from './to-service-error.js';
export { ClaimCheck, type UploadClaims } from './upload-claims.js';
export { completionFingerprint, RecentCompletions, type CompletedUpload } from './recent-completions.js';
export { HARMLESS, HARMLESS_TO, UNDERSTOOD, type Understood } from './understood.js';
