import { fileURLToPath } from 'node:url';
import type { Client, Workplace } from './client.js';

/** Debian's, which finds Debian's boto3. */
const PYTHON = '/usr/bin/python3';

/** Beside the source: the compiler takes only TypeScript along. */
const SCRIPT = fileURLToPath(new URL('../../../real/gateway/boto3_client.py', import.meta.url));

async function step(at: Workplace, name: string): Promise<void> {
  const env = {
    AWS_ACCESS_KEY_ID: at.accessKeyId,
    AWS_SECRET_ACCESS_KEY: at.secretAccessKey,
    AWS_CONFIG_FILE: '/dev/null',
    ENDPOINT: at.endpoint,
    BUCKET: at.bucket,
    TREE: at.tree.path,
    LARGE: at.large.path,
    DIRECTORY: at.directory,
  };
  await at.run(PYTHON, [SCRIPT, name], { env });
}

const STEPS: Readonly<Record<string, string>> = {
  'uploads and downloads files': 'uploads_and_downloads',
  'lists in pages, in the order of bytes': 'lists',
  'uploads, copies and downloads a large file in parts': 'large',
  'uploads a stream and reads one': 'streams',
  'finds the headers and metadata that it gave': 'keeps_headers',
  'reads ranges': 'ranges',
  'reads and copies on conditions': 'conditions',
  'uploads in parts by hand': 'multipart_by_hand',
  'signs URLs': 'presigned',
  'asks about buckets': 'buckets',
  'deletes all': 'deletes',
};

export const BOTO3: Client = {
  needs: [PYTHON, '/usr/lib/python3/dist-packages/boto3'],
  steps: Object.fromEntries(
    Object.entries(STEPS).map(([title, name]) => [title, (at: Workplace) => step(at, name)]),
  ),
};
