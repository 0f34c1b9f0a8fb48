import type { Credential, FaceCall } from '@store/s3-server';
import type { Bucket, Buckets } from '../buckets.js';
import type { Parameters } from './parameters.js';
import type { ZosQuirks } from './quirks.js';

export interface ZosFaceSettings {
  readonly credentials: readonly Credential[];
  readonly regionId: string;
  readonly quirks: ZosQuirks;
  readonly now: () => number;
  /** Where the bytes are: the endpoint of the S3 data plane, and its own keys. */
  readonly dataPlane: { readonly endpoint: string; readonly credential: Credential } | undefined;
}

export interface ZosCall {
  readonly call: FaceCall;
  readonly given: Parameters;
  readonly bucket: Bucket;
  readonly service: ZosService;
}

export interface ZosService extends Pick<ZosFaceSettings, 'quirks' | 'now' | 'dataPlane'> {
  readonly buckets: Buckets;
}
