import { plain, type Entry } from '../answer.js';
import { pageMode, type Mode, type ModeContext } from '../mode.js';
import type { Marker } from '../ask.js';

/** A marker that nobody has seen before, and that leaves nothing out: between it and the one before there is no key. */
function fresh({ ask, random }: ModeContext): Marker {
  const after = 'after' in ask ? ask.after : undefined;
  const id = random.int(2 ** 31).toString(36);
  // A dot comes before a slash.
  if (!after) return { key: `d.${id}` };
  const { key, versionId } = after;
  if (versionId === undefined) return { key: `${key.split('\0')[0] ?? ''}\0${id}` };
  const last = versionId.charCodeAt(versionId.length - 1);
  return { key, versionId: `${versionId.slice(0, -1)}${String.fromCharCode(last - 1)}~${id}` };
}

interface Remembered {
  readonly entries: readonly Entry[];
  readonly next: Marker;
}

function remembered(memory: ReadonlyMap<string, unknown>): readonly Remembered[] {
  return (memory.get('pages') ?? []) as readonly Remembered[];
}

/** Pages that come again for ever: the first `count` of them in turn. */
function again(name: string, count: number, markers: 'fresh' | 'the same'): Mode {
  return pageMode({
    name,
    always: true,
    say: (page, context) => {
      const { memory, turn } = context;
      const pages = remembered(memory);
      if (pages.length < count) {
        const next = page.next ?? fresh(context);
        memory.set('pages', [...pages, { entries: page.entries, next }]);
        page.next = next;
      } else {
        const one = pages[turn % count];
        page.entries = (one?.entries ?? []).map((entry) => ({ ...entry }));
        page.next = markers === 'fresh' ? fresh(context) : one?.next;
      }
      page.failed = [];
      page.truncated = [plain('true')];
      page.nextIsImplied = false;
    },
  });
}

export const LOOP_MODES: readonly Mode[] = [
  pageMode({
    name: 'a listing that repeats the marker that it was sent',
    say: (page) => {
      page.truncated = [plain('true')];
      page.next = page.ask.after ?? { key: 'd.' };
      page.nextIsImplied = false;
    },
  }),
  again('a page that comes again for ever with its marker', 1, 'the same'),
  again('a page that comes again for ever with fresh markers', 1, 'fresh'),
  again('two pages in turn with their markers', 2, 'the same'),
  again('two pages in turn with fresh markers', 2, 'fresh'),
  again('three pages in turn with fresh markers', 3, 'fresh'),
  pageMode({
    name: 'empty pages for ever',
    always: true,
    say: (page, context) => {
      page.entries = [];
      page.failed = [];
      page.truncated = [plain('true')];
      page.next = fresh(context);
      page.nextIsImplied = false;
    },
    acts: 'none',
  }),
  pageMode({
    name: 'entries without a name for ever',
    always: true,
    say: (page, context) => {
      const bytes = '\xff\xfe';
      page.entries = [{ key: `d/${bytes}`, marker: false, versionId: 'v1', isLatest: plain('true') }];
      page.failed = [];
      page.truncated = [plain('true')];
      page.next = fresh(context);
      page.nextIsImplied = false;
    },
    acts: 'none',
    // It leaves out what is there.
    lies: 'keys',
  }),
  pageMode({
    name: 'a listing that is not in order',
    say: (page, { random }) => {
      page.entries = random.shuffled(page.entries);
      page.nextIsImplied = false;
    },
  }),
  pageMode({
    name: 'a listing that goes backwards',
    say: (page) => {
      page.entries.reverse();
      page.nextIsImplied = false;
    },
  }),
  pageMode({
    name: 'a listing that names entries many times',
    say: (page, { random }) => {
      page.entries = page.entries.flatMap((entry) =>
        Array.from({ length: 1 + random.int(3) }, () => ({ ...entry })),
      );
    },
  }),
  pageMode({
    name: 'a listing that begins anew with each page',
    say: (page, { memory }) => {
      const first = remembered(memory)[0]?.entries ?? page.entries;
      if (memory.size === 0) memory.set('pages', [{ entries: first, next: { key: '' } }]);
      else page.entries = [...first.map((entry) => ({ ...entry })), ...page.entries];
    },
  }),
];
