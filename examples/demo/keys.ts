/** The prefix that the demo deletes. */
export const PREFIX = 'logs/';

export const DOOMED = 6_000;
export const NEIGHBOURS = 4_000;

/** Legal keys that tools are known to mangle, lose, or take for others. */
const AWKWARD = [
  'a b',
  'a+b',
  '100%',
  '%2F',
  '../up',
  './here',
  'a//b',
  'ünï',
  'u\u0308',
  '😀',
  'tab\there',
  'line\nbreak',
  'ctrl\u0001',
  '<&>',
  '"q"',
  'x\\y',
  'A',
  'a/',
  'a',
];

/** Names that share letters with the prefix and are not under it. */
const SIBLINGS = [
  'logs',
  'logs-old/',
  'logs0',
  'logs.txt',
  'LOGS/',
  'log/',
  '/logs/',
  'x/logs/',
  'logs\u0000/',
];

/** What is under the prefix, the prefix itself among it. */
export function* doomedKeys(): Generator<string> {
  yield PREFIX;
  for (const name of AWKWARD) yield PREFIX + name;
  for (let i = AWKWARD.length + 1; i < DOOMED; i++)
    yield `${PREFIX}2026/${String(1 + (i % 12)).padStart(2, '0')}/event-${i}.json`;
}

/** @param takes whether the store takes a key */
export function* neighbourKeys(takes: (key: string) => boolean): Generator<string> {
  for (const sibling of SIBLINGS) {
    for (const key of AWKWARD.map((name) => sibling + name)) yield takes(key) ? key : `y${key}`;
  }
  for (let i = SIBLINGS.length * AWKWARD.length; i < NEIGHBOURS; i++) yield `images/${i % 50}/photo-${i}.jpg`;
}
