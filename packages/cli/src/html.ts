import { htmlEscape } from 'escape-goat';

/** Markup, made by the functions of this file alone: whatever else gets into an element is a string, and escaped. */
export interface Html {
  readonly markup: string;
}

type Attributes = Readonly<Record<string, string>>;

/** An element. */
export function h(name: string, attributes: Attributes, ...content: readonly (Html | string)[]): Html {
  const inner = content.map((part) => (typeof part === 'string' ? htmlEscape(part) : part.markup));
  return { markup: `${startTag(name, attributes)}${inner.join('')}</${name}>` };
}

/** An element that never has content, such as `meta`. */
export function voidElement(name: string, attributes: Attributes): Html {
  return { markup: startTag(name, attributes) };
}

/** A style sheet. It is not escaped, and must not contain what comes from elsewhere. */
export function style(sheet: string): Html {
  return { markup: `<style>${sheet}</style>` };
}

function startTag(name: string, attributes: Attributes): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${htmlEscape(value)}"`);
  return `<${name}${pairs.join('')}>`;
}
