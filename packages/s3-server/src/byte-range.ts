import { ServiceError } from './http/service-error.js';

/** Bytes, both inclusive; undefined where the size of the object decides. */
export interface ByteRange {
  readonly start: number | undefined;
  readonly end: number | undefined;
  /** So many bytes from the end. */
  readonly last: number | undefined;
}

/** One range of bytes. @returns undefined for what is none, which HTTP wants ignored; so are several, as by S3 */
export function readRange(header: string | undefined): ByteRange | undefined {
  const [, from = '', to = ''] = /^bytes=[ \t]*(\d*)-(\d*)$/i.exec(header ?? '') ?? [];
  if (from === '') return to === '' ? undefined : { start: undefined, end: undefined, last: Number(to) };
  if (to !== '' && Number(to) < Number(from)) return undefined;
  return { start: Number(from), end: to === '' ? undefined : Number(to), last: undefined };
}

/** @throws ServiceError `InvalidRange` when an object of this size has none of the bytes */
export function withinSize(
  { start, end, last }: ByteRange,
  size: number,
): { readonly start: number; readonly end: number } {
  const first = start ?? Math.max(0, size - (last ?? 0));
  const final = Math.min(end ?? Infinity, size - 1);
  if (first <= final) return { start: first, end: final };
  throw new ServiceError(
    416,
    'InvalidRange',
    'The requested range is not satisfiable',
    { ActualObjectSize: String(size) },
    { 'content-range': `bytes */${size}` },
  );
}
