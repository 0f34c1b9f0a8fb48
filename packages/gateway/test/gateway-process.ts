import { openDriver } from '@store/core';
import { fs } from '@store/fs';
import { startGateway, type GatewayOptions } from '@store/gateway';
import { memory } from '@store/memory';
import { s3 } from '@store/s3';
import { KEYS } from './raw-client.js';

// A gateway in a process of its own, which can be killed and measured: configuration and options in JSON, then its URL.
const [config = '{}', options = '{}'] = process.argv.slice(2);
const driver = openDriver(JSON.parse(config) as { provider: string }, { adapters: [fs, memory, s3] });
const gateway = await startGateway({
  minPartBytes: 0,
  ...(JSON.parse(options) as Partial<GatewayOptions>),
  stores: { demo: driver },
  credentials: [KEYS],
});
process.stdout.write(`${gateway.url}\n`);
