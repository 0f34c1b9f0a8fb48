import { ServiceError } from './http/service-error.js';
import { childrenOf, childText, type XmlElement } from './xml.js';

/** A lifecycle rule, as far as it deletes. */
export interface ParsedRule {
  readonly id: string | undefined;
  readonly enabled: boolean;
  readonly prefix: string;
  /** Tags that an object has to have. */
  readonly tags: readonly { readonly name: string; readonly value: string }[];
  readonly days: number | undefined;
  readonly date: Date | undefined;
  readonly expiredMarkers: boolean;
  readonly noncurrentDays: number | undefined;
  readonly uploadsDays: number | undefined;
}

/** Reads a `Rule` element. @throws ServiceError when S3 would not take it */
export function readRule(rule: XmlElement): ParsedRule {
  const status = childText(rule, 'Status');
  if (status !== 'Enabled' && status !== 'Disabled') throw malformed('a rule has no Status');
  const [filter] = childrenOf(rule, 'Filter');
  const [and] = filter ? childrenOf(filter, 'And') : [];
  const scope = and ?? filter;
  if (!filter && childText(rule, 'Prefix') === undefined) throw malformed('a rule has no Filter');
  const [expiration] = childrenOf(rule, 'Expiration');
  const [noncurrent] = childrenOf(rule, 'NoncurrentVersionExpiration');
  // OSS has its own name for it.
  const [uploads] = [
    ...childrenOf(rule, 'AbortIncompleteMultipartUpload'),
    ...childrenOf(rule, 'AbortMultipartUpload'),
  ];
  const actions = childrenOf(rule).filter(({ name }) => !DESCRIPTION.has(name));
  if (actions.length === 0) throw malformed('a rule has no action');
  const date = expiration && childText(expiration, 'Date');
  const given = expiration ? childrenOf(expiration).map(({ name }) => name) : [];
  if (given.length > 1) throw malformed('Days, Date and ExpiredObjectDeleteMarker exclude each other');
  return {
    id: childText(rule, 'ID'),
    enabled: status === 'Enabled',
    prefix: childText(rule, 'Prefix') ?? (scope && childText(scope, 'Prefix')) ?? '',
    tags: [...(scope ? childrenOf(scope, 'Tag') : []), ...childrenOf(rule, 'Tag')].map((tag) => ({
      name: childText(tag, 'Key') ?? '',
      value: childText(tag, 'Value') ?? '',
    })),
    days: daysOf(expiration, 'Days'),
    date: date === undefined ? undefined : new Date(date),
    expiredMarkers: (expiration && childText(expiration, 'ExpiredObjectDeleteMarker')) === 'true',
    noncurrentDays: daysOf(noncurrent, 'NoncurrentDays'),
    uploadsDays: daysOf(uploads, 'DaysAfterInitiation') ?? daysOf(uploads, 'Days'),
  };
}

const DESCRIPTION = new Set(['ID', 'Status', 'Filter', 'Prefix', 'Tag']);

function daysOf(parent: XmlElement | undefined, name: string): number | undefined {
  const text = parent && childText(parent, name);
  if (text === undefined) return undefined;
  const days = Number(text);
  if (Number.isInteger(days) && days > 0) return days;
  throw new ServiceError(400, 'InvalidArgument', `'${name}' must be a positive integer`);
}

function malformed(why: string): ServiceError {
  return new ServiceError(
    400,
    'MalformedXML',
    `The XML you provided was not well-formed or did not validate against our published schema (${why})`,
  );
}
