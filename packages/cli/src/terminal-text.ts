/**
 * What a terminal acts on, or does not show as it is: controls (C0, DEL, C1), what turns or hides text (directions,
 * zero widths), line and paragraph separators, halves of surrogate pairs.
 */
const ACTIVE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * One line of text as a terminal shows it, whoever wrote it: what would act there is escaped as in JSON, line feeds too.
 * Text that has been through here stays as it is.
 */
export function terminalText(text: string): string {
  return text.replace(ACTIVE, (char) => {
    // JSON has short forms for some of them, and leaves others alone.
    const short = JSON.stringify(char).slice(1, -1);
    return short.startsWith('\\')
      ? short
      : Array.from({ length: char.length }, (_, i) => unit(char, i)).join('');
  });
}

/** The same JSON, without anything that a terminal acts on but line feeds: only strings can hold such, and escapes mean it. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).split('\n').map(terminalText).join('\n');
}

function unit(char: string, at: number): string {
  return `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`;
}
