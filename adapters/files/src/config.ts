import type { ConfigShape } from '@store/driver';
import * as v from 'valibot';

export interface FilesConfig {
  /** The directory whose files are the objects. Relative paths start at the configuration's directory. */
  readonly root: string;
  /** Make the directory when it does not exist. Default false, so that a misspelt path is noticed. */
  readonly create?: boolean | undefined;
  /**
   * Files and directories behind symbolic links are objects too, also those outside of the root. Default false: no link is
   * listed, followed, replaced or deleted.
   */
  readonly followSymlinks?: boolean | undefined;
  /**
   * Wait until what is written has reached the disk, so that it survives a power failure. Default true.
   * Without it a crash of the process still leaves whole files only, and writing is faster.
   */
  readonly fsync?: boolean | undefined;
  /**
   * What is under this prefix, which ends in `/` or is empty, is being made like something else: its own directory and those above it stay
   * when deletes empty them, and a directory under it in which there are only directories makes way for a file. Default: no prefix.
   */
  readonly mirror?: string | undefined;
}

const shape = {
  root: v.pipe(v.string(), v.nonEmpty()),
  create: v.optional(v.boolean()),
  followSymlinks: v.optional(v.boolean()),
  fsync: v.optional(v.boolean()),
  mirror: v.optional(v.string()),
} satisfies ConfigShape<FilesConfig>;

export const filesConfigSchema: v.GenericSchema<unknown, FilesConfig> = v.strictObject(shape);
