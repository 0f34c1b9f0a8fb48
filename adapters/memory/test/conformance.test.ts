import { createObjectStore } from '@store/core';
import { describeObjectStore, describeStoreDriver } from '@store/conformance';
import { memoryDriver, type MemoryConfig } from '@store/memory';

const settings: Record<string, MemoryConfig> = {
  'memory, not versioned': {},
  'memory, versioned, small pages, small copies': {
    versioning: 'enabled',
    maxPageSize: 3,
    maxCopyBytes: 1000,
  },
  'memory, versioning suspended': { versioning: 'suspended' },
};

for (const [name, config] of Object.entries(settings)) {
  const driver = memoryDriver(config);
  describeStoreDriver(name, async () => driver);
  describeObjectStore(name, async () => createObjectStore(driver), { isolated: true, manyKeys: 2500 });
}
