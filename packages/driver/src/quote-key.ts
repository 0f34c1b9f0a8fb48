/** A key for humans: JSON-quoted, so that control characters cannot act on a terminal, and cut when long. */
export function quoteKey(key: string, maxLength = 200): string {
  const cut = key.length > maxLength ? `${key.slice(0, maxLength)}…` : key;
  // JSON leaves these alone; terminals and readers of lines do not: DEL and C1 controls, directions, line separators.
  return JSON.stringify(cut.toWellFormed()).replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (char) =>
    Array.from({ length: char.length }, (_, i) => codeUnit(char.charCodeAt(i))).join(''),
  );
}

function codeUnit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
