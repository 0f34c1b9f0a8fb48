import { describeObjectStore } from '@store/conformance';
import { openStore } from '@store/core';
import { ctyun, type CtyunConfig } from '@store/ctyun';
import { startEmulator, type FaultPlan, type ZosQuirks } from '@store/emulator';
import { after } from 'mocha';

const JSON_CALLS = ['list-objects', 'list-object-versions', 'head-object', 'delete-object', 'delete-objects'];

/** Each thing that is not known of ZOS both ways, spread over a few services. */
const SERVICES: readonly {
  readonly name: string;
  readonly service: ZosQuirks;
  readonly versioned?: boolean;
  readonly config?: Partial<CtyunConfig>;
  readonly faults?: FaultPlan;
}[] = [
  { name: 'ctyun, as documented', service: {} },
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

for (const { name, service, versioned, config, faults } of SERVICES) {
  const emulator = await startEmulator({
    zos: { quirks: service },
    zosS3: {},
    faults,
    buckets: [{ name: 'demo', versioning: versioned ? 'enabled' : 'off' }],
  });
  after(() => emulator.close());
  const { credential, endpoints, regionId } = emulator;
  const entry = {
    provider: 'ctyun',
    bucket: 'demo',
    regionId,
    accessKey: credential.accessKeyId,
    secretKey: credential.secretAccessKey,
    endpoint: endpoints.zos,
    dataPlane: 'auto',
  };
  describeObjectStore(name, () => openStore({ ...entry, ...config }, { adapters: [ctyun] }), {
    isolated: true,
    // On a bad day the writes are a part of it.
    seed: faults ? undefined : (keys) => emulator.bucket('demo').seed(keys, 'x'),
  });
}
