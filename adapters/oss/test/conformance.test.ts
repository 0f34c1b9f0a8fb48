import { describeObjectStore, describeStoreDriver } from '@store/conformance';
import { openDriver, openStore } from '@store/core';
import { startEmulator, type FaultPlan } from '@store/emulator';
import { emulatedService } from '@store/emulator/testing';
import { oss, type OssConfig } from '@store/oss';
import { after } from 'mocha';
import { useOss } from './harness.js';

const CONFIGS: readonly {
  readonly name: string;
  readonly versioned: boolean;
  readonly config: Partial<OssConfig>;
  readonly faults?: FaultPlan;
  /** The driver is tested by itself, too. */
  readonly driver?: true;
}[] = [
  { name: 'oss, signature version 4', versioned: false, config: { authorization: 'v4' }, driver: true },
  {
    name: 'oss, signature version 1, versioned',
    versioned: true,
    config: { authorization: 'v1' },
    driver: true,
  },
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

const { configFor } = useOss();

for (const { name, versioned, config, faults, driver } of CONFIGS) {
  const emulator = await startEmulator({
    oss: {},
    faults,
    region: 'cn-beijing',
    buckets: [{ name: 'demo', versioning: versioned ? 'enabled' : 'off' }],
  });
  after(() => emulator.close());
  const entry = { provider: 'oss', ...configFor(emulator, config) } as const;
  if (driver) {
    describeStoreDriver(name, async () => openDriver(entry, { adapters: [oss] }), {
      service: emulatedService(emulator, 'TotalQpsLimitExceeded'),
    });
  }
  describeObjectStore(name, () => openStore(entry, { adapters: [oss] }), {
    isolated: true,
    // On a bad day the writes are a part of it.
    seed: faults ? undefined : (keys) => emulator.bucket('demo').seed(keys, 'x'),
  });
}
