import { element, parseStrictly, readRule, ServiceError, textElement } from '@store/s3-server';
import type { ZosCall } from './call.js';
import type { Parameters } from './parameters.js';

export async function getLifecycle({ bucket }: ZosCall): Promise<unknown> {
  const { rules } = bucket.lifecycle;
  if (rules) return { rules: rules.map(({ json }) => json) };
  throw new ServiceError(404, 'NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist');
}

/** Replaces all rules. They are checked, and carried out, as what they would be in XML. */
export async function putLifecycle({ bucket, given }: ZosCall): Promise<unknown> {
  const rules = given.object('lifecycleConfiguration').list('rules');
  const written = rules.map((rule) => ({
    id: rule.need('ID'),
    xml: ruleElement(rule),
    json: rule.json,
  }));
  for (const { xml } of written) {
    const root = parseStrictly(Buffer.from(xml));
    if (root) readRule(root);
  }
  if (written.length === 0) throw new ServiceError(400, 'MalformedXML', 'there are no rules');
  bucket.lifecycle.rules = written;
  bucket.lifecycle.beside = undefined;
  return undefined;
}

export async function deleteLifecycle({ bucket }: ZosCall): Promise<unknown> {
  bucket.lifecycle.rules = undefined;
  bucket.lifecycle.beside = undefined;
  return undefined;
}

/** The names that differ from those of XML by more than their first letter. */
const NAMES: Readonly<Record<string, string>> = { ID: 'ID', tags: 'Tag' };

function ruleElement(rule: Parameters): string {
  return element('Rule', ...Object.entries(rule.json).map(([name, value]) => asElement(name, value)));
}

function asElement(name: string, value: unknown): string {
  const xmlName = NAMES[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
  if (Array.isArray(value)) return value.map((one) => asElement(name, one)).join('');
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? textElement(xmlName, value)
      : '';
  return element(xmlName, ...Object.entries(value).map(([inner, one]) => asElement(inner, one)));
}
