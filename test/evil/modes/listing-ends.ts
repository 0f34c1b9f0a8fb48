import { plain, type Written } from '../answer.js';
import { pageMode, type Mode } from '../mode.js';

/** What says neither that a listing goes on nor that it has ended. */
const UNCLEAR: readonly Written[] = [
  plain('" true "'),
  { xml: ' true ', json: '" true "' },
  { xml: 'TRUE', json: '"TRUE"' },
  { xml: 'True', json: '"True"' },
  { xml: 'yes', json: '"yes"' },
  { xml: '1', json: '1' },
  { xml: '0', json: '0' },
  { xml: 'FALSE', json: '"FALSE"' },
  { xml: ' false', json: '" false"' },
  { xml: 'no', json: '"no"' },
  { xml: 'null', json: 'null' },
  { xml: '', json: '""' },
  { xml: '<b>false</b>', json: '[false]' },
  { xml: '&false;', json: '{"false":false}' },
  { xml: 'fa\u00adlse', json: '"fa\u00adlse"' },
];

export const END_MODES: readonly Mode[] = [
  pageMode({
    name: 'a listing that does not say whether it goes on',
    say: (page) => {
      page.truncated = [];
    },
  }),
  pageMode({
    name: 'a listing that does not say whether it goes on, and where',
    say: (page, { dialect }) => {
      // Of versions in ZOS that is the documented end.
      if (dialect.name === 'zos' && page.ask.kind === 'versions') page.truncated = [plain('null')];
      else page.truncated = [];
      page.next ??= { key: page.entries.at(-1)?.key ?? 'd/a' };
      page.nextIsImplied = false;
    },
  }),
  pageMode({
    name: 'a listing that says unclearly whether it goes on',
    say: (page, { random, dialect }) => {
      const [first = plain(''), ...others] = UNCLEAR;
      const said = random.pick([first, ...others]);
      // Where it is not documented, nothing is as good.
      const isDocumented = dialect.name !== 'zos' || page.ask.kind !== 'versions';
      page.truncated = [said.json === 'null' && !isDocumented ? plain('"null"') : said];
    },
  }),
  pageMode({
    name: 'a listing that says twice whether it goes on',
    say: (page, { random, dialect }) => {
      if (dialect.name === 'zos' && page.ask.kind === 'versions') return;
      page.truncated = random.shuffled([plain('true'), plain('false')]);
    },
  }),
  pageMode({
    name: 'a listing that goes on, and does not say where',
    dialects: ['s3', 'oss'],
    say: (page) => {
      page.truncated = [plain('true')];
      page.next = undefined;
      page.nextIsImplied = false;
    },
    // Behind the last key a listing by markers goes on all the same.
  }),
  pageMode({
    name: 'a listing that goes on behind an empty marker',
    say: (page) => {
      page.truncated = [plain('true')];
      page.next = { key: '' };
      page.nextIsImplied = false;
    },
  }),
  pageMode({
    name: 'a listing that goes on behind its end',
    say: (page) => {
      if (page.next) return;
      page.truncated = [plain('true')];
      page.next = { key: page.entries.at(-1)?.key ?? 'd/zzz', versionId: page.entries.at(-1)?.versionId };
      page.nextIsImplied = false;
    },
  }),
];
