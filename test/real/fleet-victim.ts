// One worker of a fleet, in a process that may be killed at any time: node fleet-victim.js ENTRY URL FLEET
import { openStore, type StoreEntry } from '@store/core';
import { FleetWorker } from '@store/fleet';
import { s3 } from '@store/s3';

const [entry = '', url = '', fleet = ''] = process.argv.slice(2);

const worker = await FleetWorker.start({
  connection: { url, fleet },
  // What was sent is what this test wrote.
  open: () => openStore(JSON.parse(entry) as StoreEntry, { adapters: [s3] }),
  requests: 4,
  lockMs: 3000,
  onEvent: (event) => {
    if (event.type === 'failed' || event.type === 'trouble') console.error(JSON.stringify(event));
  },
});
process.on('SIGTERM', () => void worker.close().then(() => process.exit(0)));
process.send?.('begun');
