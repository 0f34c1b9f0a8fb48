import type { ListPage, ListVersionsPage } from '@store/driver';
import type { Engine, Purpose } from '../engine.js';
import { rangedListing } from '../ranges/ranged-listing.js';
import type { RangedPage, RangeSettings, RangeSource } from '../ranges/range-source.js';
import { objectPages, type ObjectPagesRequest } from './object-pages.js';
import { versionPages } from './version-pages.js';

/** How a listing by ranges goes; {@link RangeSettings} without what the engine and the purpose say. */
export type SideBySide = Omit<RangeSettings, 'signal' | 'clock' | 'rules'>;

/**
 * The pages of current objects under a prefix, listed by ranges side by side where the store lists from any key on. Its
 * pages come in the order of their keys only within a range.
 */
export function rangedObjectPages(
  engine: Engine,
  { prefix, pageSize, brief }: Pick<ObjectPagesRequest, 'prefix' | 'pageSize' | 'brief'>,
  purpose: Purpose,
  settings: SideBySide,
): AsyncGenerator<RangedPage<ListPage>, void, undefined> {
  return rangedListing<ListPage>(
    {
      prefix,
      pages: (startAfter, signal) =>
        objectPages(engine, { prefix, pageSize, startAfter, brief }, { ...purpose, signal }),
      size: ({ objects }) => objects.length,
      keyAt: ({ objects }, index) => objects[index]?.key ?? '',
      maxKeyBytes: engine.driver.keys.maxBytes,
      part: (page, from, to, unnameable) => ({ ...page, objects: page.objects.slice(from, to), unnameable }),
      directories: directoriesOf(engine, purpose),
    },
    settingsFor(engine, purpose, settings),
  );
}

/** As {@link rangedObjectPages}, of versions and delete markers. All of one key are in the same range. */
export function rangedVersionPages(
  engine: Engine,
  prefix: string,
  purpose: Purpose,
  settings: SideBySide,
): AsyncGenerator<RangedPage<ListVersionsPage>, void, undefined> {
  return rangedListing<ListVersionsPage>(
    {
      prefix,
      pages: (startAfter, signal) => versionPages(engine, prefix, { ...purpose, signal }, startAfter),
      size: ({ versions }) => versions.length,
      keyAt: ({ versions }, index) => versions[index]?.key ?? '',
      several: true,
      maxKeyBytes: engine.driver.keys.maxBytes,
      part: (page, from, to, unnameable) => ({
        ...page,
        versions: page.versions.slice(from, to),
        unnameable,
      }),
      directories: directoriesOf(engine, purpose),
    },
    settingsFor(engine, purpose, settings),
  );
}

/** One request for directories; services differ in what they say of the one that it begins in, so nothing is checked. */
function directoriesOf(engine: Engine, purpose: Purpose): RangeSource<ListPage>['directories'] {
  const { list } = engine.driver;
  if (list.delimiter === 'none') return undefined;
  return async (inside, from, signal) => {
    const request = { prefix: inside, delimiter: '/', startAfter: from, maxKeys: list.maxPageSize };
    const { prefixes } = await engine.request({ ...purpose, signal }, (call) => list.page(request, call));
    return prefixes.map(({ prefix }) => prefix).filter((prefix) => prefix.startsWith(inside));
  };
}

function settingsFor(
  { driver, clock, split: rules }: Engine,
  { signal }: Purpose,
  settings: SideBySide,
): RangeSettings {
  const concurrency = driver.list.order === 'utf8' ? settings.concurrency : 1;
  return { ...settings, concurrency, signal, clock, rules };
}
