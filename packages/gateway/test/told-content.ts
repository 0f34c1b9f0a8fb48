/** What an object holds that was written as number `sequence` under a key: it says so itself, and how long it is. */
export function toldContent(key: string, sequence: number, bytes: number): Buffer {
  return Buffer.alloc(bytes, `${key}:${sequence}:${bytes};`);
}

/** Which write an object is of. @throws Error when it is not one write, whole */
export function readTold(key: string, content: Buffer): number {
  const [, itsKey, sequence = '', bytes = ''] =
    /^([^:]+):(\d+):(\d+);/.exec(content.toString('latin1', 0, 100)) ?? [];
  const whole = itsKey === key && toldContent(key, Number(sequence), Number(bytes)).equals(content);
  if (whole) return Number(sequence);
  throw new Error(
    `${key} holds ${content.length} bytes that nobody wrote: ${content.toString('latin1', 0, 60)}`,
  );
}
