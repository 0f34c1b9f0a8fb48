import type { ConfigShape } from '@store/core';
import { endpointUrl, requestLimits, someText as text, type RequestLimits } from '@store/kit';
import { z } from 'zod';

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
  bucket: z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'expected the name of a bucket'),
  region: z.string().regex(/^oss-[a-z0-9-]+$/, 'expected a region such as oss-cn-beijing'),
  endpoint: endpointUrl('https://oss-cn-beijing.aliyuncs.com').optional(),
  internal: z.boolean().optional(),
  accelerate: z.boolean().optional(),
  cname: z.boolean().optional(),
  secure: z.boolean().optional(),
  pathStyle: z.boolean().optional(),
  accessKeyId: text,
  accessKeySecret: text,
  stsToken: text.optional(),
  refreshSts: z
    .custom<() => Promise<StsCredentials>>((value) => typeof value === 'function', 'expected a function')
    .optional(),
  listVersion: z.union([z.literal(1), z.literal(2)]).optional(),
  authorization: z.enum(['v4', 'v1']).optional(),
  userAgent: text.optional(),
  ...requestLimits,
} satisfies ConfigShape<OssConfig>;

export const ossConfigSchema: z.ZodType<OssConfig> = z
  .strictObject(shape)
  .refine(({ cname, endpoint }) => !cname || endpoint !== undefined, {
    error: 'cname goes with endpoint',
    path: ['cname'],
  })
  .refine(({ internal, accelerate }) => !(internal && accelerate), {
    error: 'internal and accelerate exclude each other',
    path: ['accelerate'],
  });
