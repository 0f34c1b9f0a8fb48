import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Emulator } from '@store/emulator';

/** What foreign clients need to reach the S3 face of an emulator. */
export interface ClientConfig {
  readonly endpoint: string;
  /** `-c` of s3cmd. */
  readonly s3cfg: string;
  /** `--config` of rclone; its remote is `emulator`. */
  readonly rclone: string;
  /** Credentials, and no configuration of the user's. */
  readonly env: NodeJS.ProcessEnv;
}

/** Writes the configurations of the clients into a directory. */
export async function writeClientConfig({ endpoints }: Emulator, directory: string): Promise<ClientConfig> {
  const endpoint = endpoints.s3 ?? '';
  const { host } = new URL(endpoint);
  const s3cfg = join(directory, 's3cfg');
  const s3cfgLines = [
    '[default]',
    'access_key = AK',
    'secret_key = SK',
    'use_https = False',
    `host_base = ${host}`,
    `host_bucket = ${host}`,
  ];
  await writeFile(s3cfg, `${s3cfgLines.join('\n')}\n`);
  const rclone = join(directory, 'rclone.conf');
  const rcloneLines = [
    '[emulator]',
    'type = s3',
    'provider = Other',
    'access_key_id = AK',
    'secret_access_key = SK',
    `endpoint = ${endpoint}`,
  ];
  await writeFile(rclone, `${rcloneLines.join('\n')}\n`);
  const { AWS_CA_BUNDLE: _bundle, ...inherited } = process.env;
  const env = {
    ...inherited,
    AWS_ACCESS_KEY_ID: 'AK',
    AWS_SECRET_ACCESS_KEY: 'SK',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  return { endpoint, s3cfg, rclone, env };
}
