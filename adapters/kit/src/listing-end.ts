import { undocumented } from './undocumented.js';

/**
 * Whether a listing goes on. Only a clear "no more" is an end: whoever deletes by a listing that merely lacks the
 * word leaves the rest behind and calls it complete.
 *
 * @param said the answer's `IsTruncated`: a text of XML, a boolean of JSON, or nothing
 * @throws StoreError `Corrupt` when it says neither
 */
export function saysTruncated(said: unknown): boolean {
  if (said === true || said === 'true') return true;
  if (said === false || said === 'false') return false;
  const found = said === undefined || said === null ? 'nothing' : JSON.stringify(said).slice(0, 60);
  throw undocumented(`the answer does not say whether the listing goes on (IsTruncated: ${found})`);
}
