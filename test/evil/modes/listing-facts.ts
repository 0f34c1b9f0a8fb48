import { plain, quoted, type Written } from '../answer.js';
import { pageMode, type Mode } from '../mode.js';

/** Sizes that are none. */
const SIZES: readonly (Written | undefined)[] = [
  undefined,
  plain('-1'),
  { xml: 'NaN', json: '"NaN"' },
  { xml: '-Infinity', json: '-1e400' },
  { xml: 'Infinity', json: '"Infinity"' },
  plain('1e400'),
  plain('-1e400'),
  plain('1.5'),
  plain('99999999999999999999'),
  { xml: '', json: 'null' },
  { xml: '0x1FFF', json: '"0x1FFF"' },
  { xml: '5 000', json: '"5 000"' },
  { xml: '5000B', json: '"5000B"' },
  { xml: ' 9000', json: '" 9000"' },
  { xml: '+9000', json: '"+9000"' },
  { xml: '<b>9000</b>', json: '[9000]' },
  { xml: 'true', json: 'true' },
];

/** Times that are none, though some look as if they were long ago. */
const TIMES: readonly (Written | undefined)[] = [
  undefined,
  quoted(''),
  quoted('yesterday'),
  quoted('0'),
  quoted('1'),
  quoted('12'),
  quoted('maybe 7'),
  quoted('version 5'),
  quoted('not before 2019'),
  quoted('2001'),
  quoted('2001-13-45T99:99:99.000Z'),
  quoted('2001-02-30'),
  quoted('-000001-01-01T00:00:00Z'),
  quoted('1000000000'),
  quoted('Mon'),
  quoted('NaN'),
  quoted('2001-01-01T00:00:00.000Z and later'),
  { xml: '<b>2001-01-01T00:00:00.000Z</b>', json: '0' },
  { xml: '2001-01-01T00:00:00.000Z 2001', json: '1000000000000' },
  { xml: '--', json: '-1e400' },
  { xml: '1/1', json: 'true' },
  { xml: '1-1', json: '[2001]' },
];

function oneOf<T>(list: readonly T[], index: number): T | undefined {
  return list[index];
}

export const FACT_MODES: readonly Mode[] = [
  pageMode({
    name: 'a listing with sizes that are none',
    facts: true,
    say: ({ entries }, { random }) => {
      for (const entry of entries)
        if (random.chance(0.7)) entry.size = oneOf(SIZES, random.int(SIZES.length));
    },
  }),
  pageMode({
    name: 'a listing with times that are none',
    facts: true,
    say: ({ entries }, { random }) => {
      for (const entry of entries)
        if (random.chance(0.7)) entry.modified = oneOf(TIMES, random.int(TIMES.length));
    },
  }),
  pageMode({
    name: 'a listing that says sizes and times twice',
    facts: true,
    say: ({ entries }) => {
      for (const entry of entries)
        entry.extra = {
          xml: '<Size>9000</Size><LastModified>2001-01-01T00:00:00.000Z</LastModified>',
          json: '"size":9000,"lastModified":"2001-01-01T00:00:00.000Z"',
        };
    },
  }),
  pageMode({
    name: 'a listing without any facts',
    facts: true,
    say: ({ entries }) => {
      for (const entry of entries) {
        entry.size = undefined;
        entry.modified = undefined;
      }
    },
  }),
];
