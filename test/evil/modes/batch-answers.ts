import { batchMode, singleMode, type Mode } from '../mode.js';
import { percentEncoded } from '../request-target.js';
import { byteKey, type ByteKey } from '../truth.js';
import { xmlText } from '../xml-text.js';
import { jsonText } from '../zos-dialect.js';
import type { Outcome } from '../answer.js';
import type { Dialect } from '../dialect.js';

/** A key as no request named it. */
function otherwise(dialect: Dialect, outcome: Outcome, text: ByteKey): Outcome {
  // OSS has its keys encoded, so that one more time is another key.
  const written = dialect.name === 'oss' ? percentEncoded(text) : text;
  return {
    ...outcome,
    text: dialect.language === 'json' ? jsonText(written) : xmlText(written),
    reads: text,
  };
}

function normalised(key: ByteKey, form: 'NFC' | 'NFD'): ByteKey {
  return byteKey(Buffer.from(key, 'latin1').toString().normalize(form));
}

/** What is said of some keys, written in another way: of failures above all, which must not be lost. */
function misnamed(name: string, rename: (key: ByteKey) => ByteKey | undefined): Mode {
  return batchMode({
    name: `a batch whose keys are ${name}`,
    acts: 'some',
    // One key may be written as another one is.
    lies: 'gone',
    say: (batch, { dialect, random }) => {
      const renamed = (outcome: Outcome): Outcome => {
        const other = rename(outcome.key ?? '');
        return other === outcome.key
          ? outcome
          : other === undefined
            ? { ...outcome, key: undefined }
            : otherwise(dialect, outcome, other);
      };
      batch.failed = batch.failed.map(renamed);
      if (random.chance(0.5)) batch.deleted = batch.deleted.map(renamed);
    },
  });
}

export const BATCH_MODES: readonly Mode[] = [
  batchMode({
    name: 'a batch that leaves keys out',
    acts: 'some',
    say: (batch, { random }) => {
      batch.deleted = random.some(batch.deleted, 0.5);
      // Of a quiet answer silence is a success: to leave out a failure there is a lie of its own.
      if (!batch.ask.quiet) batch.failed = random.some(batch.failed, 0.3);
    },
  }),
  batchMode({
    name: 'a batch that leaves out what failed',
    acts: 'some',
    say: (batch) => {
      if (!batch.ask.quiet) batch.failed = [];
    },
  }),
  batchMode({
    name: 'a batch that names keys which were not asked for',
    acts: 'some',
    say: (batch, { random }) => {
      const others = ['d/other', 'c', 'd', '', 'd/a', 'e/d/a'].map((key) => ({ key }));
      batch.deleted.push(...random.some(others, 0.5));
      if (random.chance(0.5))
        batch.failed.push(...others.map(({ key }) => ({ key: `${key}!`, code: 'AccessDenied' })));
    },
  }),
  batchMode({
    name: 'a batch that names keys many times',
    acts: 'some',
    say: (batch, { random }) => {
      batch.deleted = batch.deleted.flatMap((one) =>
        Array.from({ length: 1 + random.int(4) }, () => ({ ...one })),
      );
      batch.failed = random.shuffled(batch.failed.flatMap((one) => [one, { ...one }]));
    },
  }),
  batchMode({
    name: 'a batch that says of keys that they are deleted and that they failed',
    acts: 'some',
    say: (batch) => {
      const { deleted, failed } = batch;
      batch.deleted = [...deleted, ...failed.map(({ code: _code, ...one }) => one)];
      batch.failed = [...failed, ...deleted.map((one) => ({ ...one, code: 'AccessDenied' }))];
    },
  }),
  misnamed('percent-encoded', (key) => percentEncoded(key).replaceAll('/', '%2F')),
  misnamed('percent-encoded, but for slashes', (key) => percentEncoded(key)),
  misnamed('encoded as in forms', (key) => percentEncoded(key, '+')),
  misnamed('composed', (key) => normalised(key, 'NFC')),
  misnamed('decomposed', (key) => normalised(key, 'NFD')),
  misnamed('in capitals', (key) => key.toUpperCase()),
  misnamed('trimmed', (key) => key.trim()),
  misnamed('without their prefix', (key) => key.slice(2)),
  misnamed('with a slash before them', (key) => `/${key}`),
  misnamed('cut at the first space', (key) => key.split(' ')[0]),
  misnamed('escaped twice', (key) => xmlText(key)),
  misnamed('with U+FFFD for what is not ASCII', (key) => key.replace(/[\x80-\xff]+/g, byteKey('\ufffd'))),
  misnamed('empty', () => ''),
  misnamed('absent', () => undefined),
  batchMode({
    name: 'a batch that names another version',
    acts: 'some',
    say: (batch, { random }) => {
      for (const one of [...batch.deleted, ...batch.failed])
        one.versionId = random.pick(['null', 'v9999', '', ' ', undefined]);
    },
    // Without versions, none and "null" are the same.
    lies: 'gone',
  }),
  batchMode({
    name: 'a batch whose failures have the version null',
    acts: 'some',
    say: ({ failed }) => {
      for (const one of failed) one.versionId = 'null';
    },
  }),
  batchMode({
    name: 'a batch whose failures have no code',
    acts: 'some',
    say: ({ failed }, { random }) => {
      for (const one of failed) one.code = random.pick([undefined, '', 'Success', '200', 'null', 'Deleted']);
    },
  }),
  batchMode({
    name: 'a batch with delete markers in a bucket without versions',
    acts: 'some',
    say: ({ deleted }) => {
      for (const one of deleted) one.markerId = 'v8888';
    },
  }),
  batchMode({
    name: 'a batch that says of what is there that it is not',
    acts: 'some',
    say: ({ failed }, { random }) => {
      for (const one of failed) one.code = random.pick(['NoSuchKey', 'NoSuchVersion', 'NotFound']);
    },
    lies: 'gone',
  }),
  batchMode({
    name: 'a batch that says that everything was deleted, and deletes nothing',
    acts: 'none',
    say: (batch) => {
      batch.deleted = batch.ask.quiet ? [] : batch.ask.targets.map((target) => ({ ...target }));
      batch.failed = [];
    },
    lies: 'gone',
  }),
  batchMode({
    name: 'a batch that says that everything was deleted, and deletes some',
    acts: 'some',
    say: (batch) => {
      batch.deleted = batch.ask.quiet ? [] : batch.ask.targets.map((target) => ({ ...target }));
      batch.failed = [];
    },
    lies: 'gone',
  }),
  singleMode({
    name: 'a delete that says that it is done, and is not',
    acts: 'none',
    say: (single) => {
      single.code = undefined;
    },
    lies: 'gone',
  }),
  singleMode({
    name: 'a delete that says that there is no such key, and there is',
    acts: 'none',
    say: (single) => {
      single.code = 'NoSuchKey';
    },
    lies: 'gone',
  }),
];
