// The emulator in a process of its own, filled and looked at by messages.
import { evenPartitions, startEmulator, type LogEntry } from '@store/emulator';
import { SHAPES, siblingsOf } from '../shapes.js';
import { BUCKET, type Command, type Filling, type Load, type Outcome, type Reply } from './protocol.js';
import { RequestCounts } from './request-counts.js';

let counts = new RequestCounts();
let filled: Filling | undefined;
let cpuAtStart = process.cpuUsage();

const emulator = await startEmulator({
  s3: {},
  oss: {},
  zos: {},
  zosS3: {},
  onRequest: (entry: LogEntry) => counts.add(entry),
});

async function fill(filling: Filling): Promise<number> {
  const { prefixes, shape, keys, load } = filling;
  // A new one takes the place of the old.
  const bucket = emulator.createBucket(BUCKET);
  for (const prefix of prefixes) await bucket.seed(SHAPES[shape](prefix, keys));
  const all = (await Promise.all(prefixes.map((prefix) => bucket.keys(prefix)))).flat();
  await bucket.seed(prefixes.flatMap(siblingsOf));
  // In the order of bytes, and merged, before the first request asks for it.
  await bucket.keys();
  setLoad(load, all);
  filled = filling;
  emulator.log.clear();
  counts = new RequestCounts();
  cpuAtStart = process.cpuUsage();
  return all.length;
}

/** @param keys of one prefix, or of several in their order */
function setLoad(
  { latencyMs, perKeyMs, keysPerSecond, partitions = 1 }: Load,
  keys: readonly string[],
): void {
  emulator.setLoad(
    { baseMs: latencyMs, perKeyMs },
    keysPerSecond === undefined
      ? undefined
      : { writesPerSecond: keysPerSecond, partitions: evenPartitions(keys, partitions) },
  );
}

async function look({ prefixes }: Filling): Promise<Outcome> {
  const { user, system } = process.cpuUsage(cpuAtStart);
  const keys = await emulator.bucket(BUCKET).keys();
  const isUnder = (key: string): boolean => prefixes.some((prefix) => key.startsWith(prefix));
  const beside = new Set(keys.filter((key) => !isUnder(key)));
  const expected = new Set(prefixes.flatMap(siblingsOf));
  const harmed = [...expected].filter((key) => !beside.has(key)).length;
  const strange = [...beside].filter((key) => !expected.has(key)).length;
  return {
    left: keys.filter(isUnder).length,
    harmed: harmed + strange,
    requests: counts.requests,
    cpuSeconds: (user + system) / 1e6,
  };
}

async function perform(command: Command): Promise<Reply> {
  if (command.do === 'fill') return { filled: await fill(command.filling) };
  if (!filled) throw new Error('nothing was filled in');
  return { outcome: await look(filled) };
}

function send(reply: Reply): void {
  process.send?.(reply);
}

process.on('message', (message) => {
  // Of our own parent.
  perform(message as Command).then(send, (error: unknown) => send({ failed: String(error) }));
});
process.on('disconnect', () => process.exit());
send({ ready: emulator.endpoints });
