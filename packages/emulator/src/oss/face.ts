import {
  type Answer,
  answerForm,
  Content,
  type Credential,
  element,
  formSubject,
  type Face,
  type FaceCall,
  type Incoming,
  performS3,
  POST_OBJECT,
  readDigests,
  type Refused,
  type S3Quirks,
  ServiceError,
  type Subject,
  subjectOf,
  textElement,
  toServiceError,
  xmlAnswer,
  type WholeAnswer,
} from '@store/s3-server';
import { verifyOssSignature } from '../auth/oss-signature.js';
import type { Buckets } from '../buckets.js';
import { asOssAnswer, asS3Request, checkEncryption } from './dialect.js';
import { formPut, verifyForm } from './forms.js';
import { jobOperation, Jobs } from './jobs/jobs.js';
import { ObjectTypes, specialOperation } from './object-types.js';

/** Documented: 1 to 1023 bytes, and no slash or backslash at the beginning. */
const MAX_KEY_BYTES = 1023;

/** Where OSS differs from S3 in what both have. */
const OSS_QUIRKS: S3Quirks = {
  requireContentMd5: 'MissingArgument',
  quietAnswersEmpty: true,
  silentFailures: true,
  numericReferences: true,
  encodesSpaces: true,
  alwaysNextMarker: true,
  noLifecycleOverlap: true,
  standardClass: 'Standard',
  // https://www.alibabacloud.com/help/en/oss/developer-reference/copyobject
  maxCopyBytes: 1000 ** 3,
  // https://www.alibabacloud.com/help/en/oss/developer-reference/completemultipartupload: 100 KB
  minPartBytes: 100 * 1024,
};

export interface OssFaceSettings {
  readonly region: string;
  readonly credentials: readonly Credential[];
  readonly quirks: S3Quirks;
  readonly now: () => number;
  /** See {@link Jobs}. */
  readonly jobConfirmationMs?: number | undefined;
}

/**
 * The API of Alibaba Cloud OSS. Its operations are S3's with other signatures, headers, errors and a few other rules,
 * so they are carried out by the same code.
 */
export class OssFace implements Face {
  readonly name = 'oss';
  readonly #buckets: Buckets;
  readonly #settings: OssFaceSettings;
  readonly #types = new ObjectTypes();
  readonly #jobs: Jobs;

  constructor(buckets: Buckets, settings: OssFaceSettings) {
    this.#buckets = buckets;
    this.#settings = settings;
    this.#jobs = new Jobs(buckets, settings.now, settings.jobConfirmationMs);
  }

  identify(request: Incoming): Subject {
    const job = jobOperation(request);
    if (job !== undefined) return { operation: job, bucket: undefined, key: undefined, keys: [] };
    const form = formSubject(request);
    if (form) return form;
    const s3 = asS3Request(request);
    const special = specialOperation(request);
    return special === undefined
      ? subjectOf(s3)
      : { ...subjectOf({ ...s3, method: 'PUT' }), operation: special };
  }

  async answer(call: FaceCall): Promise<Answer> {
    const { region, credentials, quirks, now } = this.#settings;
    const { bucket, key } = call.subject;
    if (call.subject.operation === POST_OBJECT) return this.#answerForm(call);
    call.entry.signedHeaders = verifyOssSignature(
      call.request,
      { bucket, key },
      { region, credentials, now },
    );
    const job = jobOperation(call.request);
    if (job !== undefined) return this.#jobs.perform(job, call);
    checkKey(key);
    checkEncryption(call.request);
    const request = asS3Request(call.request);
    const whole = { ...OSS_QUIRKS, ...quirks };
    const { body } = request;
    const payload = { body, content: Content.of(body), digests: readDigests(request, body, whole) };
    const special = await this.#types.perform(call, this.#buckets);
    if (special) return special;
    const subject = await this.#types.followed(call.subject, this.#buckets);
    const service = { buckets: this.#buckets, quirks: whole, region, typeOf: this.#types.typeOf };
    return asOssAnswer(await performS3({ ...call, request, subject }, payload, service));
  }

  /** Who may is in the form, with the file. */
  async #answerForm(call: FaceCall): Promise<Answer> {
    const { region, credentials, quirks, now } = this.#settings;
    const service = { buckets: this.#buckets, quirks: { ...OSS_QUIRKS, ...quirks }, region };
    const answer = await answerForm(call, {
      verify: (fields) => verifyForm(fields, { region, credentials, now }),
      put: (request, form) => {
        const put = formPut(request, form);
        checkEncryption(put);
        return asS3Request(put);
      },
      perform: (put, payload) => {
        checkKey(put.subject.key);
        return performS3(put, payload, service);
      },
    });
    return asOssAnswer(answer);
  }

  refuse(error: unknown, request: Refused, requestId: string): WholeAnswer {
    const { status, code, message, fields, headers } = ossError(toServiceError(error), request);
    return xmlAnswer(
      element(
        'Error',
        textElement('Code', code),
        textElement('Message', message),
        textElement('RequestId', requestId),
        textElement('HostId', 'oss.emulator'),
        ...Object.entries(fields).map(([name, value]) => textElement(name, value)),
      ),
      { ...headers, ...(fields['EC'] === undefined ? {} : { 'x-oss-ec': fields['EC'] }) },
      status,
    );
  }

  idHeaders(requestId: string): Record<string, string> {
    return { 'x-oss-request-id': requestId, server: 'AliyunOSS' };
  }
}

function checkKey(key: string | undefined): void {
  if (key === undefined) return;
  if (/^[/\\]/.test(key) || Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new ServiceError(400, 'InvalidObjectName', 'The specified object is not valid.', {
      EC: '0016-00000005',
    });
  }
}

/** The same refusal by OSS's name. */
function ossError(error: ServiceError, { headers, query }: Refused): ServiceError {
  if (error.code === 'PreconditionFailed' && headers.get('x-oss-forbid-overwrite') === 'true') {
    return new ServiceError(
      409,
      'FileAlreadyExists',
      'The object you specified already exists and can not be overwritten.',
      { EC: '0026-00000057' },
    );
  }
  if (error.code === 'SlowDown') {
    return new ServiceError(503, 'TotalQpsLimitExceeded', 'Please reduce your request rate.', {
      EC: '0004-00000302',
    });
  }
  if (error.code === 'InvalidObjectState' && query.has('restore')) {
    return new ServiceError(
      400,
      'OperationNotSupported',
      'The operation is not supported for this resource.',
    );
  }
  if (error.code === 'NoSuchLifecycleConfiguration') {
    return new ServiceError(404, 'NoSuchLifecycle', 'No Row found in Lifecycle Table.');
  }
  if (error.code === 'NoSuchBucket') {
    return new ServiceError(404, 'NoSuchBucket', 'The specified bucket does not exist.', {
      EC: '0015-00000101',
    });
  }
  return error;
}
