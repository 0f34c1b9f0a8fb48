import { describeObjectStore, describeStoreDriver } from '@store/conformance';
import { openDriver, openStore } from '@store/core';
import { ctyun, type CtyunConfig } from '@store/ctyun';
import { startEmulator, type FaultPlan, type ZosQuirks } from '@store/emulator';
import { emulatedService } from '@store/emulator/testing';
import { after } from 'mocha';
import { useZos } from './harness.js';

const JSON_CALLS = ['list-objects', 'list-object-versions', 'head-object', 'delete-object', 'delete-objects'];

/** Each thing that is not known of ZOS both ways, spread over a few services. */
const SERVICES: readonly {
  readonly name: string;
  readonly service: ZosQuirks;
  readonly versioned?: boolean;
  readonly config?: Partial<CtyunConfig>;
  readonly faults?: FaultPlan;
  /** The driver is tested by itself, too. */
  readonly driver?: true;
}[] = [
  { name: 'ctyun, as documented', service: {}, driver: true },
  {
    name: 'ctyun, versioned, small pages of versions',
    service: { versionsPage: 3 },
    versioned: true,
  },
  {
    name: 'ctyun, versioned, UTC, other statuses and shapes',
    service: {
      date: 'utc',
      gatewayStatus: 200,
      businessStatus: 400,
      statusCodeAsText: true,
      omitsPrefixVersions: false,
      omitsEmptyLists: false,
      nextMarker: false,
      inclusiveUploadMarker: true,
      quietDeleted: 'empty',
    },
    versioned: true,
    config: { eopDate: 'utc' },
    driver: true,
  },
  { name: 'ctyun, keys of lists encoded', service: { encodedKeys: true }, config: { listEncoding: 'url' } },
  {
    name: 'ctyun, on a bad day',
    service: { date: 'both' },
    versioned: true,
    faults: {
      faults: [
        { operation: JSON_CALLS, probability: 0.02, effect: { error: { code: '900', status: 400 } } },
        { probability: 0.01, effect: { reset: 'before' } },
        { operation: JSON_CALLS, probability: 0.01, effect: { error: { code: '900', status: 429 } } },
        { operation: ['GetObject', 'PutObject'], probability: 0.02, effect: { error: { code: 'SlowDown' } } },
        { operation: 'delete-objects', effect: { keyError: { code: 'InternalError' }, share: 0.01 } },
      ],
    },
  },
];

const PAGES_OF_VERSIONS = {
  'gives no page more versions than were asked for': 'list-object-versions has no parameter for it',
};

const { configFor } = useZos();

for (const { name, service, versioned, config, faults, driver } of SERVICES) {
  const emulator = await startEmulator({
    zos: { quirks: service },
    zosS3: {},
    faults,
    buckets: [{ name: 'demo', versioning: versioned ? 'enabled' : 'off' }],
  });
  after(() => emulator.close());
  const entry = { provider: 'ctyun', ...configFor(emulator, config) } as const;
  if (driver) {
    describeStoreDriver(name, async () => openDriver(entry, { adapters: [ctyun] }), {
      service: emulatedService(emulator, 'SlowDown'),
      skip: PAGES_OF_VERSIONS,
    });
  }
  describeObjectStore(name, () => openStore(entry, { adapters: [ctyun] }), {
    isolated: true,
    // On a bad day the writes are a part of it.
    seed: faults ? undefined : (keys) => emulator.bucket('demo').seed(keys, 'x'),
  });
}
