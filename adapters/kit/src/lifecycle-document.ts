import { StoreError, type ExpirationRule, type Lifecycle, type LifecycleUpdate } from '@store/driver';
import { xmlOf } from './xml-writing.js';
import type { XmlElement } from './xml.js';

const ROOT = 'LifecycleConfiguration';

/** What stands beside the rules, and would be lost by a write that leaves it out. */
export interface BesideRules {
  /** Of the root: the namespaces that the rules may use. */
  readonly attributes: string;
  /** What else the document holds, in front of its first rule and behind it. */
  readonly before: readonly string[];
  readonly behind: readonly string[];
}

/**
 * Reads a LifecycleConfiguration. Rules are kept as the text of their elements: what is not known here is given back
 * like the rest, because a rule without one of its filters is about more objects.
 *
 * @throws StoreError `Corrupt` when something in it could not be written back as it is
 */
export function readLifecycleDocument(root: XmlElement): {
  readonly rules: Lifecycle['rules'];
  readonly extra: BesideRules;
} {
  if (root.hasText)
    throw new StoreError('Corrupt', `there is a text beside the lifecycle rules, in <${root.name}>`);
  const first = root.children.findIndex(isRule);
  const split = first < 0 ? root.children.length : first;
  return {
    rules: root.children.filter(isRule).map(ruleOf),
    extra: {
      attributes: root.attributes(),
      before: root.children.slice(0, split).map(sourceOf),
      behind: root.children
        .slice(split)
        .filter((child) => !isRule(child))
        .map(sourceOf),
    },
  };
}

/**
 * The document that an update leaves; undefined when it would hold nothing, and is to be deleted.
 *
 * @param attributes of a document where there was none
 */
export function writeLifecycleDocument(
  { kept, added, extra }: LifecycleUpdate,
  form: RuleForm,
  attributes = '',
): string | undefined {
  // They come from `readLifecycleDocument`.
  const beside = (extra ?? { attributes, before: [], behind: [] }) as BesideRules;
  const rules = [...kept.map(({ raw }) => raw as string), ...added.map((rule) => ruleElement(rule, form))];
  const children = [...beside.before, ...rules, ...beside.behind].join('');
  return children === '' ? undefined : `<${ROOT}${beside.attributes}>${children}</${ROOT}>`;
}

function isRule({ name }: XmlElement): boolean {
  return name === 'Rule';
}

function sourceOf(element: XmlElement): string {
  const source = element.outer();
  if (source !== undefined) return source;
  const id = element.textOf('ID');
  const which = id === undefined ? '' : ` (${JSON.stringify(id)})`;
  throw new StoreError('Corrupt', `a <${element.name}>${which} of the lifecycle rules is not UTF-8`);
}

/** As S3 and OSS write them: the prefix in the rule itself, in its filter or in the filter's `And`. */
function ruleOf(rule: XmlElement): Lifecycle['rules'][number] {
  const filter = rule.child('Filter');
  const expiration = rule.child('Expiration');
  return {
    id: rule.textOf('ID') ?? '',
    enabled: rule.textOf('Status') === 'Enabled',
    prefix: rule.textOf('Prefix') ?? filter?.textOf('Prefix') ?? filter?.child('And')?.textOf('Prefix') ?? '',
    expires: EXPIRES.some((name) => expiration?.child(name) !== undefined),
    raw: sourceOf(rule),
  };
}

/** `CreatedBeforeDate` is OSS's. */
const EXPIRES = ['Days', 'Date', 'CreatedBeforeDate'];

/** How a service writes what differs. */
export interface RuleForm {
  /** The prefix stands in a `Filter`, with a tag in the filter's `And`. Before filters there was the prefix alone. */
  readonly filter: boolean;
  /** The element for incomplete uploads, and the one of their days in it. */
  readonly uploads: readonly [outer: string, inner: string];
}

/** A rule of this library as an element. */
export function ruleElement(rule: ExpirationRule, { filter, uploads }: RuleForm): string {
  const prefix = { Prefix: rule.prefix };
  const tag = rule.tag && { Tag: { Key: rule.tag.name, Value: rule.tag.value } };
  const within = (name: string, days: number | undefined) => (days ? { [name]: days } : undefined);
  return xmlOf('Rule', {
    ID: rule.id,
    ...(filter ? { Filter: tag ? { And: { ...prefix, ...tag } } : prefix } : prefix),
    Status: 'Enabled',
    ...(filter ? {} : tag),
    Expiration: rule.expiredMarkers ? { ExpiredObjectDeleteMarker: true } : within('Days', rule.days),
    NoncurrentVersionExpiration: within('NoncurrentDays', rule.noncurrentDays),
    [uploads[0]]: within(uploads[1], rule.uploadsDays),
  });
}
