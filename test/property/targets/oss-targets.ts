import { oss, type OssConfig } from '@store/oss';
import { emulatedTarget } from './emulated-target.js';
import type { Target } from './target.js';

/** OSS takes one byte less than the others. */
const MAX_KEY_BYTES = 1023;

function target(name: string, config: Partial<OssConfig>): Target {
  return emulatedTarget({
    name,
    adapter: oss,
    emulator: { oss: {}, region: 'cn-beijing' },
    config: ({ endpoints, credential }) => ({
      region: 'oss-cn-beijing',
      pathStyle: true,
      endpoint: endpoints.oss?.replace('127.0.0.1', 'localhost'),
      accessKeyId: credential.accessKeyId,
      accessKeySecret: credential.secretAccessKey,
      ...config,
    }),
    versioned: true,
    maxKeyBytes: MAX_KEY_BYTES,
    takes: (key) => !/^[/\\]/.test(key),
    busy: { code: 'TotalQpsLimitExceeded' },
  });
}

export const ossTargets: readonly Target[] = [
  target('oss, signature version 4', { authorization: 'v4' }),
  target('oss, signature version 1, list version 1', { authorization: 'v1', listVersion: 1 }),
];
