import { rm } from 'node:fs/promises';
import { openStore } from '@store/core';
import { fs } from '@store/fs';
import { directoryOf } from '../directory-ground.js';
import { runCommand } from './child-usage.js';
import { firstPrefix, type Prepare } from './contestant.js';
import { deleting } from './ours.js';

/** `deletePrefix` of a directory's store. */
export const ours: Prepare = deleting(({ bucket }) =>
  openStore({ provider: 'fs', root: bucket }, { adapters: [fs] }),
);

/** `rm -rf` of the same files. */
export const rmCommand: Prepare = async (target) => {
  const directory = await directoryOf(target.bucket, firstPrefix(target));
  return async () => ({ usage: await runCommand({ command: 'rm', args: ['-rf', directory] }) });
};

/** `rm` of Node. */
export const rmOfNode: Prepare = async (target) => {
  const directory = await directoryOf(target.bucket, firstPrefix(target));
  return async () => {
    await rm(directory, { recursive: true });
    return undefined;
  };
};
