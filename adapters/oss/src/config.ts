import { optionTypes as types, type ConfigShape } from '@store/driver';
import { endpointOf, endpointUrl, requestLimits, someText as text, type RequestLimits } from '@store/kit';
import * as v from 'valibot';

/** Temporary credentials, as the Security Token Service gives them. */
export interface StsCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly stsToken: string;
}

export interface OssConfig extends RequestLimits {
  readonly bucket: string;
  /** Such as `oss-cn-beijing`. */
  readonly region: string;
  /** Default: the region's; `https://oss-cn-beijing.aliyuncs.com`. */
  readonly endpoint?: string | undefined;
  /** Use the region's endpoint inside Alibaba Cloud's network. Default false. */
  readonly internal?: boolean | undefined;
  /** Use the endpoint for transfer acceleration. Default false. */
  readonly accelerate?: boolean | undefined;
  /** `endpoint` is a domain of one's own that is bound to the bucket. Default false. */
  readonly cname?: boolean | undefined;
  /** HTTPS. Default true. */
  readonly secure?: boolean | undefined;
  /** `http://host/bucket/key`; OSS itself does not take that, servers on loopback do. Default false. */
  readonly pathStyle?: boolean | undefined;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly stsToken?: string | undefined;
  /** For code: gives new temporary credentials; asked ahead of their end, every five minutes. */
  readonly refreshSts?: (() => Promise<StsCredentials>) | undefined;
  /** ListObjects goes on by a token (2, the default) or behind a key (1). */
  readonly listVersion?: 1 | 2 | undefined;
  /** Signature version. Default `v4`. */
  readonly authorization?: 'v4' | 'v1' | undefined;
  /** Sent in place of the SDK's own `User-Agent`. */
  readonly userAgent?: string | undefined;
}

const shape = {
  bucket: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'expected the name of a bucket')),
  region: v.pipe(v.string(), v.regex(/^oss-[a-z0-9-]+$/, 'expected a region such as oss-cn-beijing')),
  endpoint: v.optional(endpointUrl('https://oss-cn-beijing.aliyuncs.com')),
  internal: v.optional(v.boolean()),
  accelerate: v.optional(v.boolean()),
  cname: v.optional(v.boolean()),
  secure: v.optional(v.boolean()),
  pathStyle: v.optional(v.boolean()),
  accessKeyId: text,
  accessKeySecret: text,
  stsToken: v.optional(text),
  refreshSts: v.optional(types.callback<() => Promise<StsCredentials>>()),
  listVersion: v.optional(v.picklist([1, 2])),
  authorization: v.optional(v.picklist(['v4', 'v1'])),
  userAgent: v.optional(text),
  ...requestLimits,
} satisfies ConfigShape<OssConfig>;

export const ossConfigSchema: v.GenericSchema<unknown, OssConfig> = v.pipe(
  v.strictObject(shape),
  v.forward(
    v.check(({ cname, endpoint }) => !cname || endpoint !== undefined, 'cname goes with endpoint'),
    ['cname'],
  ),
  v.forward(
    v.check(
      ({ internal, accelerate }) => !(internal && accelerate),
      'internal and accelerate exclude each other',
    ),
    ['accelerate'],
  ),
);

/** Where requests go, as `StoreDriver.endpoint` says it. */
export function endpointOfOss({ endpoint, region }: OssConfig): string {
  return endpointOf(endpoint, `OSS in ${region}`);
}
