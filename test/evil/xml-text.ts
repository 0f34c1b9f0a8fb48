import type { ByteKey } from './truth.js';

const NAMES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

/** Bytes as the text of an element, control characters as references. */
export function xmlText(bytes: ByteKey): string {
  return bytes.replace(/[<>&]|[^ -\xff]/g, (char) => NAMES[char] ?? `&#${char.charCodeAt(0)};`);
}

const REFERENCES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The bytes that a text stands for. */
export function fromXmlText(text: string): ByteKey {
  return text.replace(
    /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
    (all, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return REFERENCES[name] ?? all;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return Buffer.from(String.fromCodePoint(code)).toString('latin1');
    },
  );
}

/** The texts of all elements of a name. Good for what SDKs send, and nothing else. */
export function elementsOf(document: string, name: string): string[] {
  const found = document.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([^]*?)</${name}>`, 'g'));
  return Array.from(found, ([, inside = '']) => inside);
}

/** An element, or nothing where there is no text. */
export function element(name: string, text: string | undefined): string {
  return text === undefined ? '' : `<${name}>${text}</${name}>`;
}
