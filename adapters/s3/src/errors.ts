import { StoreError } from '@store/driver';
import {
  codeMessage,
  headerOf,
  networkFailure,
  NOBODY_THERE,
  requestFailure,
  retryAfterMs,
  saidByService,
  serviceCodes,
  type AnswerHeaders,
  type FailurePlace,
} from '@store/kit';

export const { codeOf, keyFailure } = serviceCodes();

/** What the SDK calls an error whose answer names no code. */
const NO_CODE = /^(?:Error|Unknown|UnknownError|\d+)$/;

const MESSAGES: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch: 'the signature does not match; is the secret access key right?',
  ExpiredToken: 'the session token has expired; get new credentials',
  CredentialsProviderError:
    'no credentials were found: set accessKeyId and secretAccessKey, or one of the sources of the AWS SDK',
  TimeoutError: 'there was no answer in time',
};

const NO_REGION =
  'no region is known: set "region" of the store, AWS_REGION, or "region" in ~/.aws/config; "endpoint" does without';

/** Codes for a bucket that is elsewhere. */
const REGION =
  /^(?:AuthorizationHeaderMalformed|PermanentRedirect|TemporaryRedirect|IllegalLocationConstraintException)$/;

/** The SDK corrects its clock from such a difference on, in milliseconds. */
const SKEW_MS = 5 * 60_000;
const SKEWED = 'RequestTimeTooSkewed';

function isFarFromNow(date: string | undefined): boolean {
  return date !== undefined && Math.abs(Date.parse(date) - Date.now()) > SKEW_MS;
}

interface SdkError extends Error {
  readonly Code?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  readonly Region?: string;
}

/** Where an error came up, for its message and its fields. */
interface ErrorContext extends FailurePlace {
  readonly bucket: string;
}

/** Whatever a request ended with, also what the SDK threw before it was sent, in the words of this library. */
export function translate(thrown: unknown, { bucket, ...where }: ErrorContext): StoreError {
  const error: SdkError = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error instanceof StoreError || error.name === 'AbortError') return requestFailure(error, where);
  const status = error.$metadata?.httpStatusCode;
  const details = { ...where, status, requestId: error.$metadata?.requestId, cause: error };
  // Of the SDK, which has looked into its environment and files, before anything is sent.
  if (error.message === 'Region is missing') return new StoreError('InvalidConfig', NO_REGION, details);
  const network = networkFailure(error.code, error);
  if (network) {
    const { code, message, ...facts } = network;
    return new StoreError(code, message, { ...details, ...facts });
  }
  const name = error.Code ?? error.name;
  const headers = error.$response?.headers;
  const named = NO_CODE.test(name) ? undefined : name;
  // The refusal of a HEAD has no words; its time tells.
  const providerCode = named ?? (status === 403 && isFarFromNow(headers?.['date']) ? SKEWED : undefined);
  return new StoreError(
    codeOf(providerCode, status),
    messageOf(providerCode, error, bucket, where.operation),
    {
      ...details,
      providerCode,
      ...(providerCode === 'TimeoutError' && status === undefined ? { unanswered: NOBODY_THERE } : {}),
      // The SDK corrects its clock by the server's answer: the next request is signed with the right time.
      ...(providerCode === SKEWED ? { retryable: true } : {}),
      retryAfterMs: retryAfterMs(headers?.['retry-after']),
    },
  );
}

/** What an answer says of itself, where it is none that the SDK would know. */
interface AnswerFailure {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly providerCode?: string | undefined;
  readonly message: string;
  /** The status that the answer should have had. */
  readonly taken?: number;
}

export function answerError({ status, headers, providerCode, message, taken }: AnswerFailure): StoreError {
  return new StoreError(codeOf(providerCode, taken ?? status), saidByService(message), {
    status,
    providerCode,
    requestId: headerOf(headers, 'x-amz-request-id'),
    retryAfterMs: retryAfterMs(headerOf(headers, 'retry-after')),
  });
}

function messageOf(
  providerCode: string | undefined,
  error: SdkError,
  bucket: string,
  operation: string,
): string {
  const { httpStatusCode: status = 0 } = error.$metadata ?? {};
  if (providerCode !== undefined) {
    if (REGION.test(providerCode)) return regionMessage(error, bucket);
    if (providerCode === 'InvalidObjectState' && operation === 'restore') return 'the object is not archived';
    const said = NO_CODE.test(error.message) ? '' : saidByService(error.message);
    return codeMessage(providerCode, bucket, MESSAGES) ?? (said || providerCode);
  }
  if (status >= 300 && status < 400 && status !== 304) return regionMessage(error, bucket);
  if (status === 404) return 'there is no such object';
  if (status === 403) return 'access denied';
  if (status >= 300) return `the service answered HTTP ${status}`;
  return saidByService(error.message) || 'the request failed';
}

function regionMessage(error: SdkError, bucket: string): string {
  const region = regionIn(error);
  return region
    ? `the bucket ${JSON.stringify(bucket)} is in the region ${JSON.stringify(region)}; set "region" to it`
    : `the service points to another endpoint for the bucket ${JSON.stringify(bucket)}; is "region" or "endpoint" right?`;
}

/** The region that an error of the SDK names. */
export function regionIn({ Region, $response }: SdkError): string | undefined {
  return Region ?? $response?.headers?.['x-amz-bucket-region'];
}
