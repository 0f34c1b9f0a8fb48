import { describeObjectStore, describeStoreDriver } from '@store/conformance';
import { openDriver, openStore } from '@store/core';
import { startEmulator, type FaultPlan, type S3Quirks } from '@store/emulator';
import { emulatedService } from '@store/emulator/testing';
import { s3, type S3Config } from '@store/s3';
import { after } from 'mocha';

/** Each kind of service that a profile or a quirk is for, and the configuration that suits it. */
const SERVICES: readonly {
  readonly name: string;
  readonly service: S3Quirks;
  readonly versioned?: boolean;
  readonly config: Partial<S3Config>;
  readonly face?: 's3' | 'oos' | 'zosS3';
  readonly faults?: FaultPlan;
  /** The driver is tested by itself, too, but for these tests: title → why. */
  readonly driver?: Readonly<Record<string, string>>;
}[] = [
  {
    name: 's3, as AWS',
    service: {},
    config: { profile: 'aws', quirks: { forcePathStyle: true, conditionalDelete: 'batch' } },
  },
  {
    name: 's3, versioned, with conditions on single deletes alone',
    service: { ignoreDeleteConditions: 'batch' },
    versioned: true,
    config: { profile: 'ceph', quirks: { conditionalDelete: 'single' } },
  },
  {
    name: 's3, generic, versioned, on a service that takes Content-MD5 alone',
    service: { requireContentMd5: 'MissingArgument', rejectCrcTrailers: true, rejectChecksumHeaders: true },
    versioned: true,
    config: { profile: 'generic' },
    driver: {},
  },
  {
    name: 's3, ceph, with the prefix-delete extension',
    service: { digestOptional: true, ignoreDeleteConditions: true, serverPrefixDelete: true },
    config: { profile: 'ceph', quirks: { serverPrefixDelete: true } },
  },
  {
    name: 's3, on a service without batch delete, list v2 and conditional writes',
    service: { noBatchDelete: true, listV1Only: true, noConditionalPut: true },
    config: {
      profile: 'generic',
      quirks: { disableBatchDelete: true, listVersion: 1, conditionalPut: false, unsignedPayload: true },
    },
  },
  {
    name: 's3, minio, quiet deletes, copies by parts',
    service: { requireContentMd5: 'InvalidRequest', maxCopyBytes: 6 * 1024 * 1024 },
    config: { profile: 'minio', quirks: { quietDeletes: true, maxCopyBytes: 6 * 1024 * 1024 } },
  },
  {
    name: 's3, on CTYUN OOS',
    face: 'oos',
    service: {},
    config: { profile: 'ctyun-oos', region: 'cn' },
    driver: {
      'gives no page of 1 more entries than that':
        'lists of version 1 need room for a marker that is listed again',
    },
  },
  {
    name: 's3, on CTYUN OOS that lists the marker again',
    face: 'oos',
    service: { inclusiveMarker: true },
    config: { profile: 'ctyun-oos', region: 'cn' },
    faults: {
      faults: [
        { probability: 0.02, effect: { error: { code: 'SlowDown', status: 503 }, retryAfterSeconds: 0.01 } },
        {
          operation: 'PutObject',
          probability: 0.05,
          effect: { error: { code: 'PutObjectTooFast', status: 400 } },
        },
        { operation: 'DeleteObjects', effect: { keyError: { code: 'InternalError' }, share: 0.01 } },
      ],
    },
  },
  {
    name: "s3, on ZOS's S3 endpoint",
    face: 'zosS3',
    service: {},
    versioned: true,
    config: { profile: 'ctyun-zos' },
  },
];

for (const { name, service, versioned, config, face = 's3', faults, driver } of SERVICES) {
  const emulator = await startEmulator({
    [face]: { quirks: service },
    faults,
    buckets: [{ name: 'demo', versioning: versioned ? 'enabled' : 'off' }],
  });
  after(() => emulator.close());
  const { endpoints, region } = emulator;
  const credential = face === 'zosS3' ? emulator.dataCredential : emulator.credential;
  const common = { provider: 's3', bucket: 'demo', region, ...credential } as const;
  const entry = { ...common, endpoint: endpoints[face], ...config };
  if (driver) {
    describeStoreDriver(name, async () => openDriver(entry, { adapters: [s3] }), {
      service: emulatedService(emulator, 'SlowDown'),
      skip: driver,
    });
  }
  describeObjectStore(name, () => openStore(entry, { adapters: [s3] }), {
    isolated: true,
    manyKeys: config.quirks?.disableBatchDelete ? 300 : 2500,
    // On a bad day the writes are a part of it.
    seed: faults ? undefined : (keys) => emulator.bucket('demo').seed(keys, 'x'),
  });
}
