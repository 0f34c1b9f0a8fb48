import {
  type Answer,
  type Face,
  type FaceCall,
  type Incoming,
  type Refused,
  ServiceError,
  type Subject,
  toServiceError,
  type WholeAnswer,
} from '@store/s3-server';
import { verifyEopSignature } from '../auth/eop-signature.js';
import type { Buckets } from '../buckets.js';
import type { ZosFaceSettings } from './call.js';
import { failure, success } from './envelope.js';
import { OPERATIONS, WITHOUT_BUCKET } from './operations.js';
import { Parameters } from './parameters.js';

const PATH = '/v4/oss/';

/** The JSON API of CTYUN ZOS (`/v4/oss/…`), which has no bytes: those travel over its S3 data plane. */
export class ZosFace implements Face {
  readonly name = 'zos';
  readonly #buckets: Buckets;
  readonly #settings: ZosFaceSettings;

  constructor(buckets: Buckets, settings: ZosFaceSettings) {
    this.#buckets = buckets;
    this.#settings = settings;
  }

  identify(request: Incoming): Subject {
    const operation = operationOf(request);
    // What is wrong with the body shows when the signature has been verified.
    const given = Parameters.tolerant(request);
    const key = given.text('key');
    const keys = operation === 'delete-objects' ? given.targets().map((one) => one.key) : key ? [key] : [];
    return { operation, bucket: given.text('bucket'), key, keys };
  }

  async answer(call: FaceCall): Promise<Answer> {
    const { request, subject, entry } = call;
    const { credentials, now, quirks, regionId, dataPlane } = this.#settings;
    verifyEopSignature(request, { credentials, now, date: quirks.date ?? 'beijing' });
    entry.signedHeaders = ['ctyun-eop-request-id', 'eop-date'];
    const operation = OPERATIONS[subject.operation];
    if (!operation || operation.method !== request.method) {
      throw new ServiceError(404, 'CTAPI_10000', 'API Not Found');
    }
    const given = Parameters.of(request);
    if (given.need('regionID') !== regionId) {
      throw new ServiceError(400, 'Openapi.RegionInfo.AccessFailed', 'regionID is invalid or not accessible');
    }
    const service = { buckets: this.#buckets, quirks, now, dataPlane };
    if (WITHOUT_BUCKET.has(subject.operation)) {
      return success(await operation.perform({ call, given, service, bucket: undefined }), quirks);
    }
    const bucket = this.#buckets.find(given.need('bucket'));
    if (!bucket) throw new ServiceError(404, 'NoSuchBucket', 'The specified bucket does not exist');
    return success(await operation.perform({ call, given, service, bucket }), quirks);
  }

  refuse(error: unknown, request: Refused, requestId: string): WholeAnswer {
    return failure(toServiceError(error), operationOf(request), requestId, this.#settings.quirks);
  }

  idHeaders(): Record<string, string> {
    return { server: 'ctyun-eop' };
  }
}

function operationOf({ rawPath }: Pick<Incoming, 'rawPath'>): string {
  return rawPath.startsWith(PATH) ? rawPath.slice(PATH.length) : 'unknown';
}
