// A process for one run of one contestant, so that its time and memory are its own.
import { NotHere, type Run } from './contestant.js';
import { CONTESTANTS } from './index.js';
import { peakRss, resetPeakRss } from './peak-rss.js';
import type { Order, Report, Taken } from './protocol.js';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

let run: Run | undefined;

async function follow(order: Order): Promise<Report> {
  if (order.do === 'run') {
    if (!run) throw new Error('it has not been prepared');
    return { taken: await measure(run) };
  }
  const prepare = await CONTESTANTS[order.name].load();
  run = await prepare(order.target);
  return { prepared: true };
}

async function measure(work: Run): Promise<Taken> {
  resetPeakRss();
  const rssBefore = process.memoryUsage.rss();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const note = await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const own = { cpuSeconds: (user + system) / 1e6, peakRss: peakRss(), rssBefore };
  const taken = note?.usage ? { ...note.usage, rssBefore: 0 } : own;
  return { seconds, ...taken, listed: note?.listed, journalBytes: note?.journalBytes };
}

process.on('message', (message) => {
  follow(message as Order) // Of our own parent.
    .catch((error: unknown): Report => {
      if (error instanceof NotHere) return { notHere: error.message };
      return { failed: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
    })
    .then((report) => process.send?.(report))
    .catch(() => process.exit(1));
});
process.on('disconnect', () => process.exit());
