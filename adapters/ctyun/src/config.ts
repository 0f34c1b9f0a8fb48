import type { ConfigShape } from '@store/driver';
import { endpointUrl, requestLimits, someText as text, type RequestLimits } from '@store/kit';
import * as v from 'valibot';

/** Where the bytes are: ZOS's S3 endpoint, with the keys that are valid there. */
export interface DataPlaneConfig {
  /** Such as `https://jiangsu-10.zos.ctyun.cn`. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Default `us-east-1`; the service does not look at it. */
  readonly region?: string | undefined;
  /** `host/bucket/key` instead of `bucket.host/key`; ZOS takes both. Default true. */
  readonly forcePathStyle?: boolean | undefined;
}

export interface CtyunConfig extends RequestLimits {
  readonly bucket: string;
  /** Id of the resource pool, as the console and `list-regions` show it. */
  readonly regionId: string;
  /** Keys of the OpenAPI (EOP), not those of the S3 endpoint. */
  readonly accessKey: string;
  readonly secretKey: string;
  /** Default `https://zos-global.ctapi.ctyun.cn`. */
  readonly endpoint?: string | undefined;
  /**
   * The OpenAPI moves no bytes. `auto`: keys and S3 endpoint are asked from the OpenAPI when they are first needed;
   * `auto-intranet`: the endpoint inside CTYUN's network. Without it the store can list, head, copy and delete.
   */
  readonly dataPlane?: 'auto' | 'auto-intranet' | DataPlaneConfig | undefined;
  /** Which clock `Eop-date` shows; sources contradict each other. Default `beijing`, as documented. */
  readonly eopDate?: 'beijing' | 'utc' | undefined;
  /** Whether listings give keys percent-encoded. Not documented; default `plain`, as in the examples. */
  readonly listEncoding?: 'plain' | 'url' | undefined;
  /** Default `store-ctyun`. The gateway may block requests without one. */
  readonly userAgent?: string | undefined;
}

const url = endpointUrl('https://zos-global.ctapi.ctyun.cn');

const shape = {
  bucket: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket')),
  regionId: text,
  accessKey: text,
  secretKey: text,
  endpoint: v.optional(url),
  dataPlane: v.optional(
    v.union([
      v.picklist(['auto', 'auto-intranet']),
      v.strictObject({
        endpoint: url,
        accessKeyId: text,
        secretAccessKey: text,
        region: v.optional(text),
        forcePathStyle: v.optional(v.boolean()),
      }),
    ]),
  ),
  eopDate: v.optional(v.picklist(['beijing', 'utc'])),
  listEncoding: v.optional(v.picklist(['plain', 'url'])),
  userAgent: v.optional(text),
  ...requestLimits,
} satisfies ConfigShape<CtyunConfig>;

export const ctyunConfigSchema: v.GenericSchema<unknown, CtyunConfig> = v.strictObject(shape);
