// Bytes are handled as "binary strings", one character a byte: comparing these compares UTF-8 bytes.

export function toBinary(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function fromBinary(binary: string): string {
  return Buffer.from(binary, 'latin1').toString('utf8');
}

export function isText(binary: string): boolean {
  return toBinary(fromBinary(binary)) === binary;
}

/** For people: what is no text has its bytes escaped, as in `logs/\xFF.txt`. */
export function readable(binary: string): string {
  if (isText(binary)) return fromBinary(binary);
  return binary.replace(
    /[^ -~]/g,
    (byte) => `\\x${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
