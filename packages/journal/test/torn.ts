/** What a crash leaves of a file: its last line may be cut, unless it was waited for. */
export function torn(bytes: Buffer, random: () => number): Buffer {
  const end = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
  const isSafe = /^{"type":"(?:intent|summary)"/.test(bytes.subarray(end).toString('utf8'));
  if (end === 0 || isSafe || random() < 0.5) return bytes;
  return bytes.subarray(0, end + Math.floor(random() * (bytes.length - end)));
}
