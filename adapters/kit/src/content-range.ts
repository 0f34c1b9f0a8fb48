import type { GetRequest, StoreError } from '@store/driver';
import { undocumented } from './undocumented.js';

/**
 * Holds the answer to a read against the range that was asked for. A service that does not know ranges sends the whole
 * object, some caches send another part, and a part that nobody asked for would be taken for the whole.
 *
 * @param header `Content-Range` (RFC 9110, 14.4)
 * @returns how many bytes the part has; undefined for a whole object
 * @throws StoreError `Corrupt` when it is another one
 */
export function checkContentRange(
  range: GetRequest['range'],
  { status, header }: { readonly status: number | undefined; readonly header: string | undefined },
): number | undefined {
  if (!range) {
    if (status !== 206) return undefined;
    throw otherRange('the whole object was asked for', header);
  }
  const { start, end } = range;
  const asked = `the bytes from ${start} ${end === undefined ? 'on' : `to ${end}`} were asked for`;
  if (status !== 206) throw otherRange(asked, undefined);
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header ?? '') ?? [];
  const whole = total === undefined || total === '*' ? undefined : Number(total);
  // An object may end before the range does.
  const ends = [end, whole === undefined ? undefined : whole - 1].filter((one) => one !== undefined);
  const sent = Number(last);
  const fits = whole === undefined ? sent <= Math.min(...ends) : sent === Math.min(...ends);
  if (Number(first) !== start || sent < start || !fits) throw otherRange(asked, header);
  return sent - start + 1;
}

function otherRange(asked: string, header: string | undefined): StoreError {
  const found = header === undefined ? 'the whole object' : JSON.stringify(header);
  return undocumented(`${asked}, and ${found} was sent`);
}
