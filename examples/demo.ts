// The README's first command: delete one prefix through the `store` command while a service throttles, refuses a key,
// or the command is stopped; each time list the whole store and see that the neighbours are there. The emulator's
// buckets are filled from inside, without a request; everything after that goes over HTTP.
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quoteKey } from '@store/core';
import { startEmulator, type LogEntry } from '@store/emulator';
import { DOOMED, NEIGHBOURS, PREFIX } from './demo/keys.js';
import { checkStore, fill, storeCommand, type Stage } from './demo/stage.js';
import { BUCKETS, demoStores, OTHERS } from './demo/stores.js';

/** Keys a second that the throttled bucket takes. */
const RATE = 2_000;
const DENIED = `${PREFIX}2026/07/event-42.json`;
/** Of the run that is stopped; the others keep theirs in the usual place. */
const JOURNAL = './stopped.journal';

const DELETE = ['rm', '-r', '--yes', '--count'] as const;

async function throttled(stage: Stage): Promise<void> {
  const { emulator } = stage;
  title(
    1,
    `The service takes ${RATE} keys at once and ${RATE} a second, and refuses the rest with 503 SlowDown`,
  );
  await fill(stage, 'throttled');
  emulator.setLoad({ baseMs: 20, perKeyMs: 0.05 }, { writesPerSecond: RATE });
  emulator.log.clear();
  await storeCommand(stage, [...DELETE, `throttled:${PREFIX}`], 0);
  emulator.setLoad();

  const requests = emulator.log.of('DeleteObjects');
  console.log('\nWhat the service saw, second by second:');
  for (const { deleted, refused } of bySecond(requests))
    console.log(`  ${String(deleted).padStart(5)} keys deleted, ${refused} requests refused`);
  await sayAlive(stage, 'throttled');
}

async function denied(stage: Stage): Promise<void> {
  const { emulator } = stage;
  title(2, 'A policy denies one key: the service answers 200 OK all the same');
  await fill(stage, 'denied');
  emulator.setFaults({ deny: [{ key: `^${DENIED}$`.replaceAll('.', '\\.') }] });
  emulator.log.clear();
  await storeCommand(stage, [...DELETE, `denied:${PREFIX}`], 1);
  emulator.setFaults({});

  const requests = emulator.log.of('DeleteObjects');
  const ok = requests.filter(({ status }) => status === 200).length;
  const hiding = requests.filter(({ status, refused = 0 }) => status === 200 && refused > 0).length;
  console.log(
    `\n${ok} of ${requests.length} DeleteObjects requests were answered 200 OK; ${hiding} of these hid a failure in the body.`,
  );
  console.log('The policy is gone now. The run knows what it has left:');
  await storeCommand(stage, ['resume'], 0);
  await sayAlive(stage, 'denied');
}

async function stopped(stage: Stage): Promise<void> {
  const { emulator } = stage;
  title(3, 'Ctrl-C in the middle, and on from there');
  await fill(stage, 'stopped');
  // So that there is a middle: half a second for each batch, one after the other.
  emulator.setLoad({ perKeyMs: 0.5 });
  emulator.log.clear();
  await storeCommand(
    stage,
    [...DELETE, '--concurrency', '1', '--journal', JOURNAL, `stopped:${PREFIX}`],
    130,
    (child) => {
      interruptWhen(child, () => emulator.log.deleted >= DOOMED / 3);
    },
  );
  const before = emulator.log.deleted;
  console.log(
    `\n${before} keys were deleted until then, says the service. What goes on deletes the other ${DOOMED - before}:`,
  );
  emulator.setLoad();
  emulator.log.clear();
  await storeCommand(stage, ['resume', JOURNAL], 0);
  const after = emulator.log.deleted;
  console.log(
    `\n${after} keys were deleted by the second session, says the service: ${before} + ${after} = ${before + after}.`,
  );
  await sayAlive(stage, 'stopped');
}

async function accounts(stage: Stage): Promise<void> {
  title(4, 'Every run has an account, from its journal');
  await storeCommand(stage, ['runs'], 0);
  await storeCommand(stage, ['report', JOURNAL], 0);
}

async function others(stage: Stage): Promise<void> {
  title(5, 'The same command on other stores');
  for (const [name, description] of Object.entries(OTHERS)) {
    console.log(`\n-- ${description}`);
    await fill(stage, name);
    await storeCommand(stage, [...DELETE, '--verify', `${name}:${PREFIX}`], 0);
    await sayAlive(stage, name);
  }
}

const ACTS = [throttled, denied, stopped, accounts, others];

function title(number: number, text: string): void {
  console.log(`\n=== ${number}/${ACTS.length}  ${text}`);
}

async function sayAlive(stage: Stage, name: string): Promise<void> {
  const survivors = await checkStore(stage, name);
  console.log(
    `Checked by listing the whole store: nothing is left under ${quoteKey(PREFIX)}, all ${survivors} neighbours are there.`,
  );
}

/** Sends what Ctrl-C sends, once. */
function interruptWhen(child: ChildProcess, isTime: () => boolean): void {
  const timer = setInterval(() => {
    if (!isTime()) return;
    clearInterval(timer);
    console.log('\n^C');
    child.kill('SIGINT');
  }, 5);
  child.once('exit', () => clearInterval(timer));
}

function bySecond(entries: readonly LogEntry[]): { deleted: number; refused: number }[] {
  const seconds: { deleted: number; refused: number }[] = [];
  const first = Math.min(...entries.map(({ time }) => Date.parse(time)));
  for (const { time, deleted = 0, status = 0 } of entries) {
    const second = Math.floor((Date.parse(time) - first) / 1000);
    while (seconds.length <= second) seconds.push({ deleted: 0, refused: 0 });
    const counts = seconds[second];
    if (!counts) continue;
    counts.deleted += deleted;
    if (status === 503) counts.refused++;
  }
  return seconds;
}

const started = Date.now();
const directory = await mkdtemp(join(tmpdir(), 'store-demo-'));
try {
  await using emulator = await startEmulator({
    s3: {},
    oss: {},
    zos: {},
    zosS3: {},
    oos: {},
    buckets: BUCKETS,
  });
  process.env['DEMO_KEY_ID'] = emulator.credential.accessKeyId;
  process.env['DEMO_SECRET'] = emulator.credential.secretAccessKey;
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const config = { stores: demoStores(emulator) };
  await writeFile(join(directory, 'store.config.json'), JSON.stringify(config, null, 2));
  console.log(
    `Each store is filled with ${DOOMED} objects under ${quoteKey(PREFIX)} and ${NEIGHBOURS} beside it, awkward keys among both;\n` +
      `the prefix is deleted, and the whole store listed. The services are emulators on this machine.`,
  );
  for (const act of ACTS) await act({ directory, config, emulator });
  console.log(`\nDone in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
} finally {
  await rm(directory, { recursive: true, force: true });
}
