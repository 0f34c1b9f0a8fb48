import { fileURLToPath } from 'node:url';
import type { ClientConfig } from '../client-config.js';

const BIN = fileURLToPath(import.meta.resolve('@store/cli/package.json')).replace(
  'package.json',
  'bin/store.js',
);

/** A tool that deletes and moves in the bucket `demo`, as it is called for each question. */
export interface Tool {
  readonly command: string;
  readonly version: readonly string[];
  /** Deletes what is under a name such as `p/`, as a script would. */
  readonly remove: (config: ClientConfig, name: string) => readonly string[];
  readonly dryRun: readonly string[];
  /** Stops at ten. Undefined where the tool has no such option. */
  readonly atMostTen?: readonly string[];
  /** Moves everything under a prefix to another one of the same bucket. */
  readonly move: (config: ClientConfig, from: string, to: string) => readonly string[];
}

export const TOOLS: Readonly<Record<string, Tool>> = {
  store: {
    command: process.execPath,
    version: [BIN, '--version'],
    remove: (_config, name) => [BIN, 'rm', '-r', '--yes', `demo:${name}`],
    dryRun: ['--dry-run'],
    atMostTen: ['--max-delete', '10'],
    move: (_config, from, to) => [BIN, 'mv', '-r', `demo:${from}`, `demo:${to}`],
  },
  'rclone delete': {
    command: 'rclone',
    version: ['version'],
    remove: ({ rclone }, name) => ['--config', rclone, 'delete', `emulator:demo/${name}`],
    dryRun: ['--dry-run'],
    atMostTen: ['--max-delete', '10'],
    move: ({ rclone }, from, to) => [
      '--config',
      rclone,
      'move',
      `emulator:demo/${from}`,
      `emulator:demo/${to}`,
    ],
  },
  'rclone purge': {
    command: 'rclone',
    version: ['version'],
    remove: ({ rclone }, name) => ['--config', rclone, 'purge', `emulator:demo/${name}`],
    dryRun: ['--dry-run'],
    atMostTen: ['--max-delete', '10'],
    move: ({ rclone }, from, to) => [
      '--config',
      rclone,
      'moveto',
      `emulator:demo/${from}`,
      `emulator:demo/${to}`,
    ],
  },
  'aws s3': {
    // Debian's, before any other that a version manager puts in front.
    command: '/usr/bin/aws',
    version: ['--version'],
    remove: ({ endpoint }, name) => [
      '--endpoint-url',
      endpoint,
      's3',
      'rm',
      '--recursive',
      `s3://demo/${name}`,
    ],
    dryRun: ['--dryrun'],
    move: ({ endpoint }, from, to) => [
      '--endpoint-url',
      endpoint,
      's3',
      'mv',
      '--recursive',
      `s3://demo/${from}`,
      `s3://demo/${to}`,
    ],
  },
  s3cmd: {
    command: 's3cmd',
    version: ['--version'],
    remove: ({ s3cfg }, name) => ['-c', s3cfg, 'del', '-r', '--force', `s3://demo/${name}`],
    dryRun: ['--dry-run'],
    atMostTen: ['--max-delete=10'],
    move: ({ s3cfg }, from, to) => ['-c', s3cfg, 'mv', '-r', `s3://demo/${from}`, `s3://demo/${to}`],
  },
};
