import { ServiceError } from './http/service-error.js';
import { childrenOf, childText, type XmlElement } from './xml.js';

/** What objects a rule is about. */
export interface RuleScope {
  readonly prefix: string;
  /** Tags that an object has to have. */
  readonly tags: readonly { readonly name: string; readonly value: string }[];
}

/** A lifecycle rule, as far as it deletes. */
export interface ParsedRule extends RuleScope {
  readonly id: string | undefined;
  readonly enabled: boolean;
  /** Objects that it is not about (OSS: `Filter/Not`). */
  readonly except: readonly RuleScope[];
  /** Bytes; objects have to be larger, or smaller. */
  readonly largerThan: number | undefined;
  readonly smallerThan: number | undefined;
  /** Its filter says more than is known here: nobody knows what it is about. */
  readonly unknownFilter: boolean;
  readonly days: number | undefined;
  readonly date: Date | undefined;
  /** OSS: what was written before. */
  readonly createdBefore: Date | undefined;
  readonly expiredMarkers: boolean;
  readonly noncurrentDays: number | undefined;
  readonly uploadsDays: number | undefined;
}

/** In characters: https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html; that of OSS is the same. */
const MAX_ID_LENGTH = 255;

/** Reads a `Rule` element. @throws ServiceError when S3 would not take it */
export function readRule(rule: XmlElement): ParsedRule {
  const id = childText(rule, 'ID');
  if ((id?.length ?? 0) > MAX_ID_LENGTH)
    throw new ServiceError(
      400,
      'InvalidArgument',
      `ID length should not exceed allowed limit of ${MAX_ID_LENGTH}`,
    );
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
  const date = (name: string): Date | undefined => {
    const text = expiration && childText(expiration, name);
    return text === undefined ? undefined : new Date(text);
  };
  const conditions = [...(filter ? childrenOf(filter) : []), ...(and ? childrenOf(and) : [])];
  const except = conditions.filter(({ name }) => name === 'Not');
  const given = expiration ? childrenOf(expiration).map(({ name }) => name) : [];
  if (given.length > 1) throw malformed('Days, Date and ExpiredObjectDeleteMarker exclude each other');
  return {
    id,
    enabled: status === 'Enabled',
    prefix: childText(rule, 'Prefix') ?? (scope && childText(scope, 'Prefix')) ?? '',
    tags: [...(scope ? tagsOf(scope) : []), ...tagsOf(rule)],
    except: except.map((one) => ({ prefix: childText(one, 'Prefix') ?? '', tags: tagsOf(one) })),
    largerThan: bytesOf(conditions, 'ObjectSizeGreaterThan'),
    smallerThan: bytesOf(conditions, 'ObjectSizeLessThan'),
    unknownFilter:
      conditions.some(({ name }) => !CONDITIONS.has(name)) || except.some((one) => !isScope(one)),
    days: daysOf(expiration, 'Days'),
    date: date('Date'),
    createdBefore: date('CreatedBeforeDate'),
    expiredMarkers: (expiration && childText(expiration, 'ExpiredObjectDeleteMarker')) === 'true',
    noncurrentDays: daysOf(noncurrent, 'NoncurrentDays'),
    uploadsDays: daysOf(uploads, 'DaysAfterInitiation') ?? daysOf(uploads, 'Days'),
  };
}

const DESCRIPTION = new Set(['ID', 'Status', 'Filter', 'Prefix', 'Tag']);

const CONDITIONS = new Set(['And', 'Prefix', 'Tag', 'Not', 'ObjectSizeGreaterThan', 'ObjectSizeLessThan']);

/** Of a `Not`: it has a prefix or tags, and nothing else. */
function isScope(node: XmlElement): boolean {
  const elements = childrenOf(node);
  return elements.length > 0 && elements.every(({ name }) => name === 'Prefix' || name === 'Tag');
}

function tagsOf(node: XmlElement): ParsedRule['tags'] {
  return childrenOf(node, 'Tag').map((tag) => ({
    name: childText(tag, 'Key') ?? '',
    value: childText(tag, 'Value') ?? '',
  }));
}

function bytesOf(conditions: readonly XmlElement[], name: string): number | undefined {
  const text = conditions.find((one) => one.name === name)?.text;
  return text === undefined ? undefined : Number(text);
}

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
