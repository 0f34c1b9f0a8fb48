import { rootName } from './xml.js';

/** Characters that an error shows of an answer. */
const SHOWN = 120;

/** The beginning of an answer, without blanks around it. */
export function beginningOf(bytes: Buffer): string {
  return bytes.toString().trim().slice(0, SHOWN);
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
