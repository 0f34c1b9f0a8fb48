import { randomUUID } from 'node:crypto';
import type { LifecycleBeside } from './bucket.js';
import { checkDigest } from './delete-objects.js';
import { xmlAnswer, type Answer } from './http/answer.js';
import { ServiceError } from './http/service-error.js';
import { readRule, type ParsedRule } from './lifecycle-rule.js';
import type { Call } from './operation.js';
import { rootElement } from './root-element.js';
import { storedLifecycle, storeLifecycle } from './stored-lifecycle.js';
import { childrenOf, element, parseStrictly, serialise, textElement, type XmlElement } from './xml.js';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html */
const MAX_RULES = 1000;

const ROOT = 'LifecycleConfiguration';

const MINIMUM_OBJECT_SIZE = 'x-amz-transition-default-minimum-object-size';

/** GetBucketLifecycleConfiguration. */
export async function getLifecycle({ bucket, signal }: Call): Promise<Answer> {
  const { rules, beside } = bucket.lifecycle ?? (await storedLifecycle(bucket, { signal }));
  if (!rules) {
    throw new ServiceError(404, 'NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist');
  }
  const { attributes, before = [], behind = [], minimumObjectSize } = beside ?? {};
  const document = [...before, ...rules.map(({ xml }) => xml), ...behind];
  return xmlAnswer(
    attributes === undefined
      ? rootElement(ROOT, ...document)
      : `<${ROOT}${attributes}>${document.join('')}</${ROOT}>`,
    minimumObjectSize === undefined ? {} : { [MINIMUM_OBJECT_SIZE]: minimumObjectSize },
  );
}

/**
 * PutBucketLifecycleConfiguration: replaces all rules. Elements that are not known here are kept as they came, as a newer
 * service would know them, and are gone after a write without them.
 */
export async function putLifecycle(call: Call): Promise<Answer> {
  const { bucket, body, quirks, signal } = call;
  checkDigest(call);
  const root = parseStrictly(body);
  const rules = root?.name === ROOT ? childrenOf(root, 'Rule') : [];
  if (rules.length === 0 || rules.length > MAX_RULES) {
    throw new ServiceError(
      400,
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  const parsed = rules.map(readRule);
  const filter = quirks.lifecyclePrefixOnly && rules.find((rule) => childrenOf(rule, 'Filter').length > 0);
  if (filter) throw new ServiceError(400, 'MalformedXML', 'A rule has a Prefix here, and no Filter.');
  const ids = parsed.map(({ id }) => id).filter((id) => id !== undefined);
  if (new Set(ids).size < ids.length) {
    throw new ServiceError(
      400,
      'InvalidArgument',
      'Rule ID must be unique. Found same ID for more than one rule',
    );
  }
  if (quirks.noLifecycleOverlap) checkOverlap(parsed);
  const written = rules.map((rule, i) => {
    const { id } = parsed[i] ?? {};
    if (id !== undefined) return { id, xml: serialise(rule) };
    const made = randomUUID();
    return { id: made, xml: element('Rule', textElement('ID', made), ...childrenOf(rule).map(serialise)) };
  });
  const beside = besideRules(root, call.request.headers.get(MINIMUM_OBJECT_SIZE));
  if (bucket.lifecycle) Object.assign(bucket.lifecycle, { rules: written, beside });
  else await storeLifecycle(bucket, { rules: written, beside }, parsed, { signal });
  return { status: 200 };
}

function besideRules(root: XmlElement | undefined, minimumObjectSize: string | undefined): LifecycleBeside {
  const elements = root ? childrenOf(root) : [];
  const first = elements.findIndex(({ name }) => name === 'Rule');
  const others = (part: readonly XmlElement[]): string[] =>
    part.filter(({ name }) => name !== 'Rule').map(serialise);
  return {
    before: others(elements.slice(0, first)),
    behind: others(elements.slice(first)),
    minimumObjectSize,
  };
}

export async function deleteLifecycle({ bucket, signal }: Call): Promise<Answer> {
  const none = { rules: undefined, beside: undefined };
  if (bucket.lifecycle) Object.assign(bucket.lifecycle, none);
  else await storeLifecycle(bucket, none, [], { signal });
  return { status: 204 };
}

function checkOverlap(rules: readonly ParsedRule[]): void {
  const expiring = rules.filter(
    ({ enabled, days, date }) => enabled && (days !== undefined || date !== undefined),
  );
  for (const [i, one] of expiring.entries()) {
    const other = expiring
      .slice(i + 1)
      .find(({ prefix }) => prefix.startsWith(one.prefix) || one.prefix.startsWith(prefix));
    if (!other) continue;
    throw new ServiceError(
      400,
      'InvalidRequest',
      `Found overlapping prefixes '${one.prefix}' and '${other.prefix}' for same action type 'Expiration'`,
    );
  }
}
