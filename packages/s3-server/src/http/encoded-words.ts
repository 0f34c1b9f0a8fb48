/** Base64 of 45 bytes, so that a word has at most 75 characters: https://www.rfc-editor.org/rfc/rfc2047#section-2 */
const MAX_WORD_BYTES = 45;

const WORD = String.raw`=\?[^?\s]+\?[bq]\?[^?\s]*\?=`;
const RUN = new RegExp(String.raw`${WORD}(?:[ \t]+${WORD})*`, 'gi');

/**
 * A text as the value of a header, as S3 sends metadata: outside of ASCII as encoded words. So are texts that a reader
 * would take for encoded words, and white space that HTTP would take off.
 */
export function encodeWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && text.trim() === text && !new RegExp(WORD, 'i').test(text)) return text;
  const words: string[] = [];
  let bytes: Buffer[] = [];
  let length = 0;
  const end = (): void => {
    words.push(`=?UTF-8?B?${Buffer.concat(bytes).toString('base64')}?=`);
    bytes = [];
    length = 0;
  };
  for (const char of text) {
    const encoded = Buffer.from(char);
    if (length + encoded.length > MAX_WORD_BYTES) end();
    bytes.push(encoded);
    length += encoded.length;
  }
  end();
  return words.join(' ');
}

/**
 * The text of a header, as Node gives it: one character for each byte. Bytes outside of ASCII are UTF-8 where they can
 * be, encoded words become what they stand for; those that cannot be read stay as they are.
 */
export function decodeWords(header: string): string {
  const text = utf8Of(Buffer.from(header, 'latin1')) ?? header;
  return text.replace(RUN, (run) => {
    const words = run.split(/[ \t]+/).map(readWord);
    const bytes = words.filter((word) => word !== undefined);
    // A character may be split between two words.
    return (bytes.length === words.length ? utf8Of(Buffer.concat(bytes)) : undefined) ?? run;
  });
}

/** @returns the bytes in UTF-8; undefined for other charsets, and what is no encoded word */
function readWord(word: string): Buffer | undefined {
  const [, charset = '', encoding = '', text = ''] = /^=\?([^?]+)\?([bq])\?(.*)\?=$/i.exec(word) ?? [];
  const bytes = encoding.toLowerCase() === 'b' ? fromBase64(text) : fromQ(text);
  switch (charset.toLowerCase()) {
    case 'utf-8':
    case 'us-ascii':
      return bytes;
    case 'iso-8859-1':
      return bytes && Buffer.from(bytes.toString('latin1'));
    default:
      return undefined;
  }
}

function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') ? bytes : undefined;
}

function fromQ(text: string): Buffer | undefined {
  if (/=(?![\da-f]{2})/i.test(text)) return undefined;
  return Buffer.from(
    text
      .replaceAll('_', ' ')
      .replace(/=([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

function utf8Of(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
