import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { displayKey } from '#src/display-key.js';
import { jsonText, terminalText } from '#src/terminal-text.js';
import { ACTIVE_TEXT } from './faulty-adapters.js';
import { FAULTY_ADAPTERS, Place, type Result } from './run-store.js';

/** Written apart from the code: the ranges themselves. Line feeds end lines here. */
const ACTS: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x09],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0x061c, 0x061c],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
];

function expectHarmless(...texts: readonly string[]): void {
  for (const text of texts) {
    const bad = Array.from(text, (char) => char.codePointAt(0) ?? 0).filter((code) =>
      ACTS.some(([from, to]) => code >= from && code <= to),
    );
    expect(bad, JSON.stringify(text)).to.deep.equal([]);
  }
}

/** Nothing acts, and nothing that came from elsewhere begins a line of its own. */
function expectQuiet({ stdout, stderr }: Result): void {
  expectHarmless(stdout, stderr);
  expect(stdout + stderr).not.to.match(/^store: all is well/m);
}

const units = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
});
const strings = fc.oneof(units, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

describe('text on a terminal', () => {
  it('never acts, whatever it is, and is one line', () => {
    fc.assert(
      fc.property(strings, (text) => {
        expectHarmless(terminalText(text));
        expect(terminalText(text)).not.to.contain('\n');
        expect(terminalText(terminalText(text))).to.equal(terminalText(text));
      }),
    );
  });

  it('stays as it is where nothing acts', () => {
    for (const text of ['', 'plain', '日本語 עברית é 🙂 \\ "quoted"', 'e\u0301']) {
      expect(terminalText(text)).to.equal(text);
    }
    expect(terminalText('a\nb\u001b[0m\u009b\u202e\ud83d')).to.equal('a\\nb\\u001b[0m\\u009b\\u202e\\ud83d');
  });

  it('is JSON that means exactly the same', () => {
    const values = fc.jsonValue({ stringUnit: 'binary' });
    fc.assert(
      fc.property(values, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = jsonText(value, indent);
        expectHarmless(text);
        expect(JSON.stringify(JSON.parse(text))).to.equal(JSON.stringify(value));
      }),
    );
  });

  it('names a key so that it can be read back, plain or as JSON', () => {
    fc.assert(
      fc.property(strings, (text) => {
        const key = text.toWellFormed();
        const shown = displayKey(key);
        expectHarmless(shown);
        expect(shown.startsWith('"') ? JSON.parse(shown) : shown).to.equal(key);
      }),
    );
  });
});

describe('store, given text that acts on a terminal', () => {
  const KEY = `p/${ACTIVE_TEXT.toWellFormed()}`;
  const STORES = {
    memory: { provider: 'memory', objects: { [KEY]: 'x', [`${KEY}/y`]: 'x' } },
    loud: { provider: 'loud', objects: { [KEY]: 'x' } },
    dumb: { provider: 'dumb', objects: { [KEY]: 'x' } },
  } as const;

  async function create(): Promise<Place> {
    return Place.create({ stores: STORES });
  }

  it('shows keys without acting on it', async () => {
    await using place = await create();
    for (const args of [
      ['ls', '-r', 'memory:'],
      ['ls', '-l', `memory:${KEY}`],
      ['ls', '-r', '--json', 'memory:'],
      ['stat', `memory:${KEY}`],
      ['plan', '--html', '-', 'memory:p/'],
      ['rm', '-r', '-n', '-v', `memory:${KEY}/`],
      ['rm', '-v', `memory:${KEY}`],
    ]) {
      const result = await place.run(args);
      expect(result.code, args[0]).to.equal(0);
      expect(result.stdout).to.contain('\\u001b[31m');
      expectQuiet(result);
    }
  });

  it('keeps --json exact', async () => {
    await using place = await create();
    const { stdout } = await place.run(['ls', '-r', '--json', `memory:${KEY}/`]);
    expect(JSON.parse(stdout)).to.deep.include({ key: `${KEY}/y` });
  });

  it('shows what a service says without acting on it', async () => {
    await using place = await create();
    for (const args of [
      ['rm', '-r', '--yes', 'loud:p/'],
      ['rm', '-r', '--yes', '--json', 'loud:p/'],
      ['rm', `loud:${KEY}`],
      ['rm', '-r', '--yes', 'dumb:p/'],
      ['ls', '-r', 'dumb:'],
      ['cat', `dumb:${KEY}`, '--debug'],
      ['stat', 'dumb:a'],
    ]) {
      const result = await place.run(['--adapter', FAULTY_ADAPTERS, ...args]);
      expect(result.code, args.join(' ')).to.equal(1);
      expect(result.stdout + result.stderr).to.contain('\\u001b[31m');
      expectQuiet(result);
    }
  });

  it('shows what the user wrote without acting on it', async () => {
    await using place = await create();
    for (const args of [
      ['ls', ACTIVE_TEXT.toWellFormed()],
      ['ls', `--${ACTIVE_TEXT.toWellFormed()}`],
      [ACTIVE_TEXT.toWellFormed()],
      ['rm', '-r', '--yes', `memory:${KEY}`],
    ]) {
      const result = await place.run(args);
      expect(result.code).to.equal(2);
      expectQuiet(result);
    }
  });

  it('shows answers over HTTP without acting on them', async () => {
    const active = '\u007f\u009b2J\u202e\u2028\u2066';
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(403, { 'content-type': 'application/xml', 'x-amz-request-id': 'id\u009b31m' });
      response.end(
        `<?xml version="1.0"?><Error><Code>Co${active}de</Code><Message>No${active}&#10;store: all is well</Message></Error>`,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      await using place = await Place.create({
        stores: {
          demo: {
            provider: 's3',
            bucket: 'demo',
            endpoint: `http://127.0.0.1:${port}`,
            accessKeyId: 'AK',
            secretAccessKey: 'SK',
          },
        },
      });
      for (const args of [
        ['rm', '-r', '--yes', 'demo:p/'],
        ['rm', 'demo:key'],
      ]) {
        const result = await place.run(args);
        expect(result.code).to.equal(1);
        expect(result.stderr).to.contain('\\u202e');
        expectQuiet(result);
      }
    } finally {
      server.close();
    }
  });
}).timeout(120_000);
