import { describeObjectStore } from '@store/conformance';
import { openStore } from '@store/core';
import { startEmulator } from '@store/emulator';
import { oss, type OssConfig } from '@store/oss';
import { after } from 'mocha';

const CONFIGS: readonly {
  readonly name: string;
  readonly versioned: boolean;
  readonly config: Partial<OssConfig>;
}[] = [
  { name: 'oss, signature version 4', versioned: false, config: { authorization: 'v4' } },
  { name: 'oss, signature version 1, versioned', versioned: true, config: { authorization: 'v1' } },
];

for (const { name, versioned, config } of CONFIGS) {
  const emulator = await startEmulator({
    oss: {},
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
  });
}
