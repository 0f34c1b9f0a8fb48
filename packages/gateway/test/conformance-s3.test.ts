import { openDriver } from '@store/core';
import { startEmulator } from '@store/emulator';
import { s3 } from '@store/s3';
import { after } from 'mocha';
import { describeGateway } from './describe-gateway.js';

const emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
after(() => emulator.close());
const driver = openDriver(
  {
    provider: 's3',
    bucket: 'demo',
    endpoint: emulator.endpoints.s3,
    region: emulator.region,
    ...emulator.credential,
    quirks: { versions: false },
  },
  { adapters: [s3] },
);
await describeGateway('S3', driver, { versions: false });
