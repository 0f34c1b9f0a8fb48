import type { StoreErrorDetails } from '@store/driver';
import type { HttpAnswer } from './http-transport.js';
import { beginningOf, whatCame } from './other-answer.js';
import { undocumented } from './undocumented.js';
import { readXml, rootName, type XmlElement } from './xml.js';

/** What the documented answer to a request looks like. */
export interface ExpectedAnswer {
  readonly statuses: readonly number[];
  /** The root of its document. Without one the answer has no body but blanks. */
  readonly root?: string | undefined;
  /** It carries the entity tag of an object in its head. */
  readonly etag?: true | undefined;
}

type WholeAnswer = Pick<HttpAnswer, 'status' | 'headers' | 'data'>;

/** What an answer that is no success by its head lacks, as the end of a sentence. */
export function lackOf(
  { status, headers }: Pick<HttpAnswer, 'status' | 'headers'>,
  { statuses, etag }: ExpectedAnswer,
): string | undefined {
  if (!statuses.includes(status)) return '';
  return etag && !headers.etag ? ' (it has no ETag)' : undefined;
}

/**
 * The document of a success, where it has one.
 *
 * @throws StoreError `Corrupt` when the answer is none to this request: a page of a proxy, a document of another call
 */
export function documentIn(
  answer: WholeAnswer,
  expected: ExpectedAnswer & { readonly root: string },
  details?: StoreErrorDetails,
): XmlElement;
export function documentIn(
  answer: WholeAnswer,
  expected: ExpectedAnswer,
  details?: StoreErrorDetails,
): XmlElement | undefined;
export function documentIn(
  answer: WholeAnswer,
  expected: ExpectedAnswer,
  details: StoreErrorDetails = {},
): XmlElement | undefined {
  const { status, data } = answer;
  const { root } = expected;
  const lack = lackOf(answer, expected);
  const isRight = root === undefined ? beginningOf(data) === '' : rootName(data) === root;
  if (lack === undefined && isRight) return root === undefined ? undefined : readXml(data);
  const what = root === undefined ? `is none to this request${lack ?? ''}` : `is no ${root}`;
  throw undocumented(`the answer (HTTP ${status}) ${what} but ${whatCame(data)}`, { ...details, status });
}
