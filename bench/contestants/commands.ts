import { CREDENTIALS, firstPrefix, REGION, s3Endpoint, type Prepare, type Target } from './contestant.js';
import { needCommand, runCommand, type Command } from './child-usage.js';

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

/** One request for each key: what helps it is many of them at once. */
export const rclone = command('rclone', (target) => ({
  args: ['--transfers', '64', '--checkers', '64', 'delete', `bench:${target.bucket}/${firstPrefix(target)}`],
  env: {
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_BENCH_TYPE: 's3',
    RCLONE_CONFIG_BENCH_PROVIDER: 'Other',
    RCLONE_CONFIG_BENCH_ENDPOINT: s3Endpoint(target),
    RCLONE_CONFIG_BENCH_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  },
}));

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
