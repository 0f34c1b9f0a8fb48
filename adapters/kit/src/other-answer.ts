import { rootName } from './xml.js';

/** Characters that an error shows of an answer. */
const SHOWN = 120;

/** Bytes that are looked at first: a page of a listing has half a million. */
const FIRST_BYTES = 4 * SHOWN;

/** The beginning of an answer, without blanks around it. */
export function beginningOf(bytes: Buffer): string {
  let from = 0;
  while (from < bytes.length && isBlank(bytes[from])) from++;
  const first = bytes.toString('utf8', from, from + FIRST_BYTES).trim();
  // Blanks that are not of ASCII may go on for longer.
  const text = first === '' ? bytes.toString('utf8', from).trim() : first;
  return text.slice(0, SHOWN);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

/** Whether an answer is a page for people: something on the way, such as a proxy, sends those. */
export function isWebPage(bytes: Buffer): boolean {
  return /^(?:<!doctype html|<html)/i.test(beginningOf(bytes)) || rootName(bytes)?.toLowerCase() === 'html';
}

/** What came in the place of an answer, for an error. */
export function whatCame(bytes: Buffer): string {
  const text = beginningOf(bytes);
  if (text === '') return 'nothing';
  const hint = isWebPage(bytes) ? '; is there a proxy in between, or is the endpoint wrong?' : '';
  return `${JSON.stringify(text)}${hint}`;
}
