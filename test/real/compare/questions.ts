import type { Emulator, LogEntry } from '@store/emulator';
import type { ClientConfig } from '../client-config.js';
import type { Tool } from './tools.js';

/** How a tool ended. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** A tool before an emulator of its own, with an empty bucket `demo`. */
export interface Trial {
  readonly tool: Tool;
  readonly emulator: Emulator;
  readonly config: ClientConfig;
  readonly run: (args: readonly string[]) => Promise<Ended>;
  /** From now on, called after each request. */
  readonly onRequest: (listener: (entry: LogEntry) => void) => void;
}

/** Asks a tool by what it does, and answers in a few words. */
export interface Question {
  readonly title: string;
  readonly versioned?: true;
  readonly ask: (trial: Trial) => Promise<string>;
}

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(5, '0')}`);

const LISTS = ['ListObjects', 'ListObjectsV2', 'ListObjectVersions'];
const DELETES = ['DeleteObject', 'DeleteObjects'];

export const QUESTIONS: readonly Question[] = [
  {
    title: '6,000 objects, 20 ms a request: requests (in flight at most)',
    async ask({ tool, emulator, config, run }) {
      await emulator.bucket('demo').seed(numbered('p/', 6_000), 'x');
      emulator.setLoad({ baseMs: 20 });
      await run(tool.remove(config, 'p/'));
      const lists = emulator.log.entries.filter(({ operation }) => LISTS.includes(operation));
      const deletes = emulator.log.entries.filter(({ operation }) => DELETES.includes(operation));
      return `${lists.length} list (${inFlight(lists)}), ${deletes.length} delete (${inFlight(deletes)})`;
    },
  },
  {
    title: 'told `p` instead of `p/`: what became of `pp/1`, `p0` and `p-x/1`',
    async ask({ tool, emulator, config, run }) {
      const siblings = ['pp/1', 'p0', 'p-x/1'];
      await emulator.bucket('demo').seed(['p/1', 'p/2', ...siblings], 'x');
      const { code } = await run(tool.remove(config, 'p'));
      const left = await emulator.bucket('demo').keys();
      const lost = siblings.filter((key) => !left.includes(key));
      if (lost.length > 0) return `deleted: ${lost.join(', ')}`;
      return left.includes('p/1') ? `refused, ${ending(code)}` : 'kept';
    },
  },
  {
    title: 'one of 100 keys is denied: exit code, what is named',
    async ask({ tool, emulator, config, run }) {
      await emulator.bucket('demo').seed(numbered('p/', 100), 'x');
      emulator.setFaults({ deny: [{ key: '^p/00042$' }] });
      const { code, output } = await run(tool.remove(config, 'p/'));
      return `${ending(code)}, ${saying(output, 'p/00042')}, ${await left(emulator)} left`;
    },
  },
  {
    title: 'a batch is answered 200 OK with an empty list, and nothing is done',
    async ask({ tool, emulator, config, run }) {
      await emulator.bucket('demo').seed(numbered('p/', 100), 'x');
      const body = '<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></DeleteResult>';
      const headers = { 'content-type': 'application/xml' };
      emulator.setFaults({
        faults: [{ operation: 'DeleteObjects', effect: { answer: { status: 200, headers, body } } }],
      });
      const { code } = await run(tool.remove(config, 'p/'));
      if (emulator.log.of('DeleteObjects').length === 0) return 'sends no batches';
      return `${ending(code)}, ${await left(emulator)} left`;
    },
  },
  {
    title:
      '5,000 objects where 1,200 keys a second are taken, else `503 SlowDown`: exit code, left, refusals',
    async ask({ tool, emulator, config, run }) {
      await emulator.bucket('demo').seed(numbered('p/', 5_000), 'x');
      emulator.setLoad({ baseMs: 5 }, { writesPerSecond: 1_200 });
      const { code } = await run(tool.remove(config, 'p/'));
      const refused = emulator.log.entries.filter(({ status }) => status === 503).length;
      return `${ending(code)}, ${await left(emulator)} left, ${refused} refused`;
    },
  },
  {
    title: 'a versioned bucket, 100 objects of two versions each: versions that are left',
    versioned: true,
    async ask({ tool, emulator, config, run }) {
      const bucket = emulator.bucket('demo');
      for (const body of ['old', 'new']) await bucket.seed(numbered('p/', 100), body);
      await run(tool.remove(config, 'p/'));
      let versions = 0;
      let markers = 0;
      let token: string | undefined;
      do {
        const page = await bucket.listVersions({ prefix: '', maxKeys: 1000, token });
        for (const { deleteMarker } of page.versions) {
          if (deleteMarker) markers++;
          else versions++;
        }
        token = page.nextToken;
      } while (token !== undefined);
      return `${versions} versions, ${markers} markers`;
    },
  },
  {
    title: 'a key with the control character U+0001 among 10',
    async ask({ tool, emulator, config, run }) {
      await emulator.bucket('demo').seed([...numbered('p/', 9), 'p/\u0001'], 'x');
      const { code } = await run(tool.remove(config, 'p/'));
      return `${ending(code)}, ${await left(emulator)} left`;
    },
  },
  {
    title: 'a dry run over 100 objects: deletes that were sent',
    async ask({ tool, emulator, config, run }) {
      await emulator.bucket('demo').seed(numbered('p/', 100), 'x');
      const { code } = await run([...tool.remove(config, 'p/'), ...tool.dryRun]);
      return `${ending(code)}, ${emulator.log.entries.filter(({ operation }) => DELETES.includes(operation)).length}`;
    },
  },
  {
    title: 'at most ten of 100 may go: how many went',
    async ask({ tool, emulator, config, run }) {
      if (!tool.atMostTen) return 'no such option';
      await emulator.bucket('demo').seed(numbered('p/', 100), 'x');
      const { code } = await run([...tool.remove(config, 'p/'), ...tool.atMostTen]);
      return `${ending(code)}, ${100 - (await left(emulator))} gone`;
    },
  },
  {
    title: 'moving 100 objects inside of the bucket: requests',
    async ask({ tool, emulator, config, run }) {
      await emulator.bucket('demo').seed(numbered('p/', 100), 'x');
      const { code } = await run(tool.move(config, 'p/', 'q/'));
      const count = (...names: string[]): number =>
        emulator.log.entries.filter(({ operation }) => names.includes(operation)).length;
      const bucket = emulator.bucket('demo');
      const moved = (await bucket.keys('q/')).length;
      return (
        `${ending(code)}, ${moved} moved, ${(await bucket.keys('p/')).length} left; ${count('CopyObject')} copies, ` +
        `${count('GetObject')} reads, ${count('HeadObject')} heads, ${count(...DELETES)} deletes`
      );
    },
  },
  {
    title: 'moving, where one source cannot be deleted: exit code, what is named',
    async ask({ tool, emulator, config, run }) {
      await emulator.bucket('demo').seed(numbered('p/', 100), 'x');
      emulator.setFaults({ deny: [{ key: '^p/00042$' }] });
      const { code, output } = await run(tool.move(config, 'p/', 'q/'));
      const moved = (await emulator.bucket('demo').keys('q/')).length;
      return `${ending(code)}, ${saying(output, 'p/00042')}, ${moved} at the target`;
    },
  },
  {
    title: 'moving, where one source is written anew after it was copied: whether that is lost',
    async ask({ tool, emulator, config, run, onRequest }) {
      const bucket = emulator.bucket('demo');
      await bucket.seed(numbered('p/', 10), 'x');
      onRequest(({ operation, key }) => {
        if (operation === 'CopyObject' && key === 'q/00004') void bucket.seed(['p/00004'], 'newer');
      });
      const { code } = await run(tool.move(config, 'p/', 'q/'));
      const kept = (await bucket.keys('p/')).length > 0;
      return `${ending(code)}, ${kept ? 'kept' : 'lost'}`;
    },
  },
];

function ending(code: number | null): string {
  return code === null ? 'did not end in a minute' : `exit ${code}`;
}

async function left(emulator: Emulator): Promise<number> {
  return (await emulator.bucket('demo').keys('p/')).length;
}

function saying(output: string, key: string): string {
  const lines = output
    .split('\n')
    .filter((line) => line.includes(key) || line.includes(key.replace('p/', '')));
  if (lines.some((line) => /denied|403|failed/i.test(line))) return 'both named';
  return lines.length > 0 ? 'the key alone named' : 'neither named';
}

/** How many of these requests were at work at the same time. */
function inFlight(entries: readonly LogEntry[]): number {
  const changes = entries.flatMap(({ time, elapsedMs = 0 }) => {
    const began = Date.parse(time);
    return [
      { at: began, by: 1 },
      { at: began + elapsedMs, by: -1 },
    ];
  });
  let now = 0;
  let most = 0;
  for (const { by } of changes.sort((a, b) => a.at - b.at || a.by - b.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
