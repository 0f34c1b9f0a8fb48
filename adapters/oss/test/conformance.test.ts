import { describeObjectStore } from '@store/conformance';
import { openStore } from '@store/core';
import { startEmulator, type FaultPlan } from '@store/emulator';
import { oss, type OssConfig } from '@store/oss';
import { after } from 'mocha';

const CONFIGS: readonly {
  readonly name: string;
  readonly versioned: boolean;
  readonly config: Partial<OssConfig>;
  readonly faults?: FaultPlan;
}[] = [
  { name: 'oss, signature version 4', versioned: false, config: { authorization: 'v4' } },
  { name: 'oss, signature version 1, versioned', versioned: true, config: { authorization: 'v1' } },
  { name: 'oss, list version 1', versioned: false, config: { listVersion: 1 } },
  {
    name: 'oss, on a bad day',
    versioned: true,
    config: {},
    faults: {
      faults: [
        { probability: 0.02, effect: { error: { code: 'TotalQpsLimitExceeded', status: 503 } } },
        { probability: 0.01, effect: { reset: 'before' } },
        { operation: 'DeleteObjects', effect: { keyError: { code: 'InternalError' }, share: 0.01 } },
      ],
    },
  },
];

for (const { name, versioned, config, faults } of CONFIGS) {
  const emulator = await startEmulator({
    oss: {},
    faults,
    region: 'cn-beijing',
    buckets: [{ name: 'demo', versioning: versioned ? 'enabled' : 'off' }],
  });
  after(() => emulator.close());
  const { accessKeyId, secretAccessKey: accessKeySecret } = emulator.credential;
  const endpoint = emulator.endpoints.oss?.replace('127.0.0.1', 'localhost');
  const entry = {
    provider: 'oss',
    bucket: 'demo',
    region: 'oss-cn-beijing',
    pathStyle: true,
    endpoint,
    accessKeyId,
    accessKeySecret,
  };
  describeObjectStore(name, () => openStore({ ...entry, ...config }, { adapters: [oss] }), {
    isolated: true,
    // On a bad day the writes are a part of it.
    seed: faults ? undefined : (keys) => emulator.bucket('demo').seed(keys, 'x'),
  });
}
