import type { Answer, Entry, Outcome, Page } from './answer.js';
import { plain, quoted } from './answer.js';
import type { Ask, Marker } from './ask.js';
import { compareBytes, type Target, type Truth, type Version } from './truth.js';

export interface HonestOptions {
  /** Most entries of a page. */
  readonly pageSize: number;
  /** What the server does not delete; it says so, with this code. */
  readonly refusal: (target: Target) => string | undefined;
  /** A listing that goes on behind a key names it. */
  readonly namesMarker: boolean;
  /** Versions of a key are all on one page. */
  readonly wholeKeys: boolean;
}

/** Carries out what is asked for, and says what was done. */
export function honestAnswer(truth: Truth, ask: Ask, options: HonestOptions): Answer {
  switch (ask.kind) {
    case 'list':
    case 'versions':
      return listing(truth, ask, options);
    case 'deletePrefix':
      return deletedPage(truth, ask, options);
    case 'deleteOne': {
      const code = options.refusal(ask.target);
      if (code !== undefined) return { kind: 'single', ask, code };
      return { kind: 'single', ask, markerId: truth.remove(ask.target)?.id };
    }
    case 'deleteBatch': {
      const deleted: Outcome[] = [];
      const failed: Outcome[] = [];
      for (const target of ask.targets) {
        const code = options.refusal(target);
        if (code !== undefined) failed.push({ ...target, code });
        else deleted.push({ ...target, markerId: truth.remove(target)?.id });
      }
      return { kind: 'batch', ask, deleted: ask.quiet ? [] : deleted, failed };
    }
    case 'unknown':
      return { kind: 'unknown' };
  }
}

type PageAsk = Page['ask'];

function listing(truth: Truth, ask: PageAsk, { pageSize, namesMarker, wholeKeys }: HonestOptions): Page {
  const size = Math.min(pageSize, ask.max);
  const behind = listed(truth, ask).filter(({ marker }) => isBehind(marker, ask.after));
  let taken = behind.slice(0, size);
  const last = taken.at(-1);
  if (wholeKeys && ask.kind === 'versions' && last) {
    taken = behind.filter(({ marker }) => compareBytes(marker.key, last.marker.key) <= 0);
  }
  const more = taken.length < behind.length;
  return {
    kind: 'page',
    ask,
    entries: taken.map(({ entry }) => entry),
    failed: [],
    // ZOS does not document it for versions: `nextKeyMarker` says it.
    truncated: wholeKeys && ask.kind === 'versions' ? [] : [plain(String(more))],
    next: more ? taken.at(-1)?.marker : undefined,
    nextIsImplied: more && ask.kind === 'list' && ask.by === 'marker' && !namesMarker,
    encoded: true,
    encodingType: 'url',
  };
}

/** A listing of which the server deletes each entry that it can. */
function deletedPage(truth: Truth, ask: PageAsk, options: HonestOptions): Page {
  const page = listing(truth, ask, options);
  const deleted: Entry[] = [];
  for (const entry of page.entries) {
    const target = { key: entry.key ?? '' };
    const code = options.refusal(target);
    if (code !== undefined) page.failed.push({ ...target, code });
    else deleted.push({ ...entry, markerId: truth.remove(target)?.id });
  }
  page.entries = deleted;
  return page;
}

interface Listed {
  readonly entry: Entry;
  readonly marker: Marker;
}

function listed(truth: Truth, { kind, prefix }: PageAsk): Listed[] {
  return truth.keys(prefix).flatMap((key): Listed[] => {
    if (kind === 'versions') {
      return truth.history(key).map((version, i) => ({
        entry: {
          ...entryOf(key, version),
          versionId: version.id,
          isLatest: plain(String(i === 0)),
        },
        marker: { key, versionId: version.id },
      }));
    }
    const current = truth.current(key);
    return current ? [{ entry: entryOf(key, current), marker: { key } }] : [];
  });
}

export function entryOf(key: string, { marker, size, modified }: Version): Entry {
  return {
    key,
    marker,
    size: marker ? undefined : plain(String(size)),
    modified: quoted(new Date(modified).toISOString()),
  };
}

/** Versions of a key come with falling ids: the latest first. */
function isBehind({ key, versionId = '' }: Marker, after: Marker | undefined): boolean {
  if (!after) return true;
  const order = compareBytes(key, after.key);
  if (order !== 0) return order > 0;
  return after.versionId !== undefined && versionId < after.versionId;
}
