/** Keys that count up: `p/00000`, `p/00001`, … in the order of a listing. */
export function numbered(count: number, prefix = 'p/'): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(5, '0')}`);
}
