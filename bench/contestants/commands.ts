import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CREDENTIALS,
  firstPrefix,
  NotHere,
  REGION,
  s3Endpoint,
  type Prepare,
  type Target,
  type Transfer,
} from './contestant.js';
import { needCommand, runCommand, type Command } from './child-usage.js';

/** Of this checkout. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A command with its usual options. Its time includes that of starting it. */
function command(name: string, of: (target: Target) => Omit<Command, 'command'>): Prepare {
  return async (target) => {
    await needCommand(name);
    return async () => ({ usage: await runCommand({ command: name, ...of(target) }) });
  };
}

const AWS_ENV = {
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_DEFAULT_REGION: REGION,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};

export const aws = command('aws', (target) => ({
  args: ['--endpoint-url', s3Endpoint(target), 's3', 'rm', '--quiet', '--recursive', address(target)],
  env: AWS_ENV,
}));

function rcloneWith(concurrency: (target: Target) => number, args: (target: Target) => readonly string[]) {
  return command('rclone', (target) => {
    const inFlight = String(concurrency(target));
    return {
      args: ['--transfers', inFlight, '--checkers', inFlight, ...args(target)],
      env: {
        RCLONE_CONFIG: '/dev/null',
        RCLONE_CONFIG_BENCH_TYPE: 's3',
        RCLONE_CONFIG_BENCH_PROVIDER: 'Other',
        RCLONE_CONFIG_BENCH_ENDPOINT: s3Endpoint(target),
        RCLONE_CONFIG_BENCH_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      },
    };
  });
}

function rcloneAddress(target: Target): string {
  return `bench:${target.bucket}/${firstPrefix(target)}`;
}

/** One request for each key: what helps it is many of them at once. */
export const rclone = rcloneWith(
  () => 64,
  (target) => ['delete', rcloneAddress(target)],
);

export const s3cmd = command('s3cmd', (target) => {
  const { host } = new URL(s3Endpoint(target));
  const { accessKeyId, secretAccessKey } = CREDENTIALS;
  const keys = [`--access_key=${accessKeyId}`, `--secret_key=${secretAccessKey}`];
  const service = ['--no-ssl', `--host=${host}`, `--host-bucket=${host}`, ...keys];
  return {
    args: ['-c', '/dev/null', ...service, 'del', '--recursive', '--force', '--quiet', address(target)],
  };
});

export const s4cmd = command('s4cmd', (target) => ({
  args: ['--endpoint-url', s3Endpoint(target), 'del', '--recursive', address(target)],
  env: { S3_ACCESS_KEY: CREDENTIALS.accessKeyId, S3_SECRET_KEY: CREDENTIALS.secretAccessKey },
}));

function address(target: Target): string {
  return `s3://${target.bucket}/${firstPrefix(target)}`;
}

/** @param name `copy` or `sync` */
export function rcloneTransfer(name: string): Prepare {
  return rcloneWith(
    (target) => transferOf(target).concurrency,
    (target) => [name, ...ends(target, rcloneAddress(target))],
  );
}

/** @param checkout of this project, built; default: this one */
export function storeTransfer(
  args: readonly string[],
  checkout: (target: Target) => string = () => ROOT,
): Prepare {
  return command('node', (target) => {
    const options = [
      '--concurrency',
      String(transferOf(target).concurrency),
      '--endpoint',
      s3Endpoint(target),
    ];
    const bin = join(checkout(target), 'packages/cli/bin/store.js');
    return { args: [bin, ...args, ...options, ...ends(target, address(target))], env: AWS_ENV };
  });
}

/** The source, then the target. */
function ends(target: Target, remote: string): readonly string[] {
  const { direction, directory } = transferOf(target);
  return direction === 'up' ? [`${directory}/`, remote] : [remote, directory];
}

function transferOf({ transfer }: Target): Transfer {
  if (!transfer) throw new NotHere('there is nothing to transfer');
  return transfer;
}
