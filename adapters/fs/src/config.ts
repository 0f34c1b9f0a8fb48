import type { ConfigShape } from '@store/driver';
import * as v from 'valibot';

export interface FsConfig {
  /** The directory that holds the store. Relative paths start at the configuration's directory. */
  readonly root: string;
  /** Make the directory when it does not exist. Default false, so that a misspelt path is noticed. */
  readonly create?: boolean | undefined;
  /**
   * Wait until what is written has reached the disk, so that it survives a power failure. Default true.
   * Without it a crash of the process still loses nothing, and writing is faster.
   */
  readonly fsync?: boolean | undefined;
}

const shape = {
  root: v.pipe(v.string(), v.nonEmpty()),
  create: v.optional(v.boolean()),
  fsync: v.optional(v.boolean()),
} satisfies ConfigShape<FsConfig>;

export const fsConfigSchema: v.GenericSchema<unknown, FsConfig> = v.strictObject(shape);
