import { parseXml, XmlElement } from '@rgrove/parse-xml';

export { XmlElement } from '@rgrove/parse-xml';

/** An element with elements (already written) inside. */
export function element(name: string, ...children: readonly (string | undefined)[]): string {
  return `<${name}>${children.join('')}</${name}>`;
}

/** An element with a text, or nothing when there is no text. */
export function textElement(name: string, text: string | number | boolean | undefined): string {
  return text === undefined ? '' : `<${name}>${escapeXml(String(text))}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/**
 * Characters that XML 1.0 cannot carry come as character references: not well-formed either, and what S3 sends
 * when a client does not ask for `encoding-type=url`.
 */
function escapeXml(text: string): string {
  return text.replace(/[&<>"\p{Cc}\u2028\ufffe\uffff]/gu, (char) =>
    char === '\t' ? char : (ENTITIES[char] ?? `&#x${char.charCodeAt(0).toString(16)};`),
  );
}

/** Documents that were parsed: a batch is looked at for the fault plan, and again to be carried out. */
const parsed = new WeakMap<Buffer, { readonly root: XmlElement | undefined }>();

/** Parses strictly by XML 1.0. @returns undefined when the text is not a document */
export function parseStrictly(body: Buffer): XmlElement | undefined {
  let document = parsed.get(body);
  if (!document) {
    document = { root: parse(body) };
    parsed.set(body, document);
  }
  return document.root;
}

function parse(body: Buffer): XmlElement | undefined {
  try {
    return parseXml(new TextDecoder('utf-8', { fatal: true }).decode(body)).root ?? undefined;
  } catch {
    return undefined;
  }
}

/** Stands for a control character while a document is parsed: a private character far from all others. */
const CONTROL_BASE = 0x10f000;

/** Parses a document in which control characters may stand as references, which XML 1.0 does not allow. */
export function parseWithReferences(body: Buffer): XmlElement | undefined {
  const text = body
    .toString()
    .replace(/&#(?:x([0-9a-f]+)|(\d+));/gi, (reference, hex?: string, decimal?: string) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      const allowed = code > 0x1f || code === 0x9 || code === 0xa || code === 0xd;
      return allowed && code !== 0xfffe && code !== 0xffff
        ? reference
        : String.fromCodePoint(CONTROL_BASE + (code & 0xfff));
    });
  return parse(Buffer.from(text));
}

/** The control characters that {@link parseWithReferences} has put aside. */
export function controlsBack(text: string): string {
  return text.replace(/[\u{10f000}-\u{10ffff}]/gu, (char) => {
    const code = (char.codePointAt(0) ?? 0) - CONTROL_BASE;
    return String.fromCharCode(code > 0x1f ? 0xf000 | code : code);
  });
}

/** The child elements of this name. */
export function childrenOf(parent: XmlElement, name?: string): XmlElement[] {
  return parent.children.filter(
    (child): child is XmlElement =>
      child instanceof XmlElement && (name === undefined || child.name === name),
  );
}

/** An element as text again. */
export function serialise(node: XmlElement): string {
  const children = childrenOf(node);
  return element(node.name, children.length > 0 ? children.map(serialise).join('') : escapeXml(node.text));
}

/** The text of the only child of this name. */
export function childText(parent: XmlElement, name: string): string | undefined {
  return childrenOf(parent, name)[0]?.text;
}
