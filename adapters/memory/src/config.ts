import { optionTypes as types, type ConfigShape } from '@store/driver';
import * as v from 'valibot';

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
  versioning: v.optional(v.picklist(['off', 'enabled', 'suspended'])),
  maxPageSize: v.optional(types.integer(1, 1000)),
  maxCopyBytes: v.optional(types.integer(1)),
  objects: v.optional(types.texts()),
} satisfies ConfigShape<MemoryConfig>;

export const memoryConfigSchema: v.GenericSchema<unknown, MemoryConfig> = v.strictObject(shape);
