/**
 * Most elements, comments and the like of a document. The largest that a service here takes has 10,000 parts, with nine
 * elements each.
 */
const MAX_ELEMENTS = 100_000;

/** The deepest that a service here takes is a tag in a filter of a lifecycle rule: six. */
const MAX_DEPTH = 16;

/** Namespaces, and one for each element at most. */
const MAX_SPARE_ATTRIBUTES = 100;

const LESS = '<'.charCodeAt(0);
const GREATER = '>'.charCodeAt(0);
const SLASH = '/'.charCodeAt(0);
const EQUALS = '='.charCodeAt(0);
const QUOTES = new Set(['"'.charCodeAt(0), "'".charCodeAt(0)]);

/** What begins with `<` and is no tag, and how it ends. */
const SPECIAL = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
].map(([begin = '', end = '']) => [Buffer.from(begin), Buffer.from(end)] as const);

/**
 * Whether a document may be parsed: a look at each byte once, before a parser builds anything of it. Refuses what is no
 * XML in a way that costs parsers much (a `<` inside a tag, what never ends) along with what is too much.
 */
export function withinXmlLimits(body: Buffer): boolean {
  let elements = 0;
  let attributes = 0;
  let depth = 0;
  let at = body.indexOf(LESS);
  while (at >= 0) {
    if (++elements > MAX_ELEMENTS) return false;
    const [begin, end] = SPECIAL.find(([one]) => begins(body, one, at)) ?? [];
    if (begin && end) {
      const close = body.indexOf(end, at + begin.length);
      if (close < 0) return false;
      at = body.indexOf(LESS, close + end.length);
      continue;
    }
    const tag = readTag(body, at);
    if (!tag) return false;
    attributes += tag.attributes;
    if (attributes > elements + MAX_SPARE_ATTRIBUTES) return false;
    depth += tag.deeper;
    if (depth > MAX_DEPTH) return false;
    at = body.indexOf(LESS, tag.end);
  }
  return true;
}

function begins(body: Buffer, text: Buffer, at: number): boolean {
  return body.length >= at + text.length && body.compare(text, 0, text.length, at, at + text.length) === 0;
}

interface Tag {
  /** Behind its `>`. */
  readonly end: number;
  readonly attributes: number;
  readonly deeper: -1 | 0 | 1;
}

/** @returns undefined when the tag does not end, or another begins inside */
function readTag(body: Buffer, begin: number): Tag | undefined {
  let attributes = 0;
  for (let at = begin + 1; at < body.length; at++) {
    const byte = body[at] ?? 0;
    if (byte === LESS) return undefined;
    if (byte === EQUALS) attributes++;
    if (byte === GREATER) {
      const deeper = body[begin + 1] === SLASH ? -1 : body[at - 1] === SLASH ? 0 : 1;
      return { end: at + 1, attributes, deeper };
    }
    if (QUOTES.has(byte)) {
      const close = body.indexOf(byte, at + 1);
      if (close < 0) return undefined;
      // Not even an attribute may have one.
      const inside = body.subarray(at + 1, close);
      if (inside.includes(LESS)) return undefined;
      at = close;
    }
  }
  return undefined;
}
