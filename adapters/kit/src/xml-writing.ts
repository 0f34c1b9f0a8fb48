const ESCAPED = /[&<>"'\p{Cc}\u2028\ufffe\uffff]/gu;

/**
 * An element with elements in it; those that are not there are left out.
 *
 * @param content texts of XML
 */
export function element(name: string, ...content: readonly (string | false | undefined)[]): string {
  return `<${name}>${content.filter(Boolean).join('')}</${name}>`;
}

/**
 * An element with a text in it; none without one. Line ends and tabs go as numbers, or XML takes them for others, and
 * other control characters do too: XML 1.0 does not allow that, and services take it.
 */
export function textElement(name: string, text: string | number | boolean | undefined): string {
  if (text === undefined) return '';
  return element(
    name,
    String(text).replace(ESCAPED, (char) => `&#${char.charCodeAt(0)};`),
  );
}
