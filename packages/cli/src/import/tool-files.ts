import { homedir } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '@store/core';
import { decodeConfig, parseConfig } from '../config-text.js';
import { readRegularFile } from '../regular-file.js';
import { errorCode } from '../system-error.js';
import { fromAws } from './aws.js';
import type { Found } from './found-store.js';
import { fromMc } from './mc.js';
import { fromOssutil } from './ossutil.js';
import { fromRclone } from './rclone.js';
import type { Tool } from './tools.js';

const MAX_BYTES = 4 * 1024 * 1024;

/** What a tool's configuration has. */
export interface ToolStores {
  readonly path: string;
  readonly found: readonly Found[];
}

/**
 * Reads the configuration of a tool: the file that is named, else where the tool itself looks.
 *
 * @throws StoreError `InvalidArgument` when it cannot be read; without anything that is in it
 */
export async function storesOfTool(
  tool: Tool,
  from: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ToolStores> {
  const home = (...names: string[]): string => join(homedir(), ...names);
  if (tool === 'aws') {
    const path = from ?? (env['AWS_CONFIG_FILE'] || home('.aws', 'config'));
    const credentials = env['AWS_SHARED_CREDENTIALS_FILE'] || home('.aws', 'credentials');
    // Each may be missing when the other is there.
    const [config = '', keys = ''] = [
      await textOf(path, from === undefined),
      await textOf(credentials, true),
    ];
    return { path, found: fromAws(config, keys) };
  }
  if (tool === 'mc') {
    const path = from ?? join(env['MC_CONFIG_DIR'] || home('.mc'), 'config.json');
    try {
      return { path, found: fromMc(parseConfig((await textOf(path)) ?? '', path)) };
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw new StoreError('InvalidArgument', `${path} is no configuration of mc`);
    }
  }
  if (tool === 'ossutil') {
    const path = from ?? (env['OSS_CONFIG_FILE'] || home('.ossutilconfig'));
    return { path, found: fromOssutil((await textOf(path)) ?? '') };
  }
  const standard = join(env['XDG_CONFIG_HOME'] || home('.config'), 'rclone', 'rclone.conf');
  const path = from ?? (env['RCLONE_CONFIG'] || standard);
  return { path, found: fromRclone((await textOf(path)) ?? '') };
}

async function textOf(path: string, mayBeMissing = false): Promise<string | undefined> {
  try {
    // Editors on Windows put a mark in front, which would be a part of the first section's name.
    return decodeConfig((await readRegularFile(path, MAX_BYTES)).bytes, path).replace(/^\uFEFF/, '');
  } catch (error) {
    if (mayBeMissing && errorCode(error) === 'ENOENT') return undefined;
    if (error instanceof StoreError) throw error;
    const why = error instanceof Error ? error.message : '';
    throw new StoreError('InvalidArgument', `${path} cannot be read: ${why}; name the file with --from`);
  }
}
