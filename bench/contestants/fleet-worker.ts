// A worker of a fleet, in a process of its own: node fleet-worker.js URL ENTRY [REQUESTS]
import { openStore, type StoreEntry } from '@store/core';
import { FleetWorker } from '@store/fleet';
import { s3 } from '@store/s3';
import { peakRss } from './peak-rss.js';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const [url = '', entry = '', requests = ''] = process.argv.slice(2);
// Of our own parent.
const open = () => openStore(JSON.parse(entry) as StoreEntry, { adapters: [s3] });
// As for the others, the code of the adapter is loaded before time is taken.
await (await open()).close();
const worker = await FleetWorker.start({
  connection: { url },
  open,
  requests: requests === '' ? undefined : Number(requests),
});
const before = process.cpuUsage();
process.once('message', () => {
  const { user, system } = process.cpuUsage(before);
  const usage = { cpuSeconds: (user + system) / 1e6, peakRss: peakRss() };
  void worker.close().then(() => process.send?.(usage));
});
process.send?.('begun');
