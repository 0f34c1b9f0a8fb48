import type { ConfigShape } from '@store/core';
import { z } from 'zod';

export interface MemoryConfig {
  /** As the versioning state of an S3 bucket. Default `off`. */
  readonly versioning?: 'off' | 'enabled' | 'suspended' | undefined;
  /** Most entries in a page of a listing; small ones make tests turn pages. Default 1000. */
  readonly maxPageSize?: number | undefined;
  /** Largest object in bytes that is copied in one request; small ones make tests copy by parts. Default: any. */
  readonly maxCopyBytes?: number | undefined;
  /** Objects that are there from the start: key and text. */
  readonly objects?: Readonly<Record<string, string>> | undefined;
}

const shape = {
  versioning: z.enum(['off', 'enabled', 'suspended']).optional(),
  maxPageSize: z.number().int().min(1).max(1000).optional(),
  maxCopyBytes: z.number().int().min(1).optional(),
  objects: z.record(z.string(), z.string()).optional(),
} satisfies ConfigShape<MemoryConfig>;

export const memoryConfigSchema: z.ZodType<MemoryConfig> = z.strictObject(shape);
