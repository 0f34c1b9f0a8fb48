// The gateway that test/evil/gateway-fuzz.test.ts asks, in a process of its own: prints where it is, and ends with its input.
import { startGateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';

const accessKeyId = 'FUZZ';
const secretAccessKey = 'secret';
const gateway = await startGateway({
  minPartBytes: 0,
  stores: { demo: memoryDriver(), other: memoryDriver({ versioning: 'enabled' }) },
  credentials: [{ accessKeyId, secretAccessKey }],
  maxBodyBytes: 1024 * 1024,
  maxBytesInFlight: 16 * 1024 * 1024,
});
process.stdout.write(`${gateway.url}\n`);
process.stdin.on('end', () => void gateway.close()).resume();
