import { plain } from '../answer.js';
import { pageMode, type Mode } from '../mode.js';

export const VERSION_MODES: readonly Mode[] = [
  pageMode({
    name: 'versions of which several are the latest',
    on: ['versions'],
    say: ({ entries }) => {
      for (const entry of entries) entry.isLatest = plain('true');
    },
    lies: 'order',
  }),
  pageMode({
    name: 'delete markers that are all the latest',
    on: ['versions'],
    say: ({ entries }) => {
      for (const entry of entries) if (entry.marker) entry.isLatest = plain('true');
    },
    lies: 'order',
  }),
  pageMode({
    name: 'versions of which none is the latest',
    on: ['versions'],
    say: ({ entries }) => {
      for (const entry of entries) entry.isLatest = plain('false');
    },
    lies: 'order',
  }),
  pageMode({
    name: 'versions that do not say which is the latest',
    on: ['versions'],
    say: ({ entries }, { random }) => {
      for (const entry of entries)
        if (random.chance(0.6))
          entry.isLatest = random.pick([
            undefined,
            { xml: 'TRUE', json: '"true"' },
            { xml: ' true ', json: '1' },
            { xml: '', json: 'null' },
            { xml: '1', json: '"false"' },
          ]);
    },
  }),
  pageMode({
    name: 'versions without their ids',
    on: ['versions'],
    say: ({ entries }, { random }) => {
      for (const entry of entries) if (random.chance(0.5)) entry.versionId = random.pick([undefined, '']);
    },
  }),
  pageMode({
    name: 'versions whose markers alternate',
    on: ['versions'],
    always: true,
    say: (page, { turn, random }) => {
      page.truncated = [plain('true')];
      page.next = {
        key: turn % 2 === 0 ? 'd/' : 'd/z',
        versionId: `v${random.int(2 ** 31).toString(36)}`,
      };
    },
  }),
  pageMode({
    name: 'versions whose marker lacks the id',
    on: ['versions'],
    dialects: ['s3', 'oss'],
    always: true,
    say: (page) => {
      if (page.next) page.next = { key: page.next.key };
    },
    // What is behind the key goes on behind all of its versions.
    lies: 'hides',
  }),
  pageMode({
    name: 'versions of a key that come apart',
    on: ['versions'],
    say: (page, { random }) => {
      page.entries = random.shuffled(page.entries);
    },
  }),
];
