import { childrenOf, ServiceError, type XmlElement } from '@store/s3-server';

/**
 * What CreateJob takes: the elements of its documentation, each with what may stand in it.
 * Source: https://www.alibabacloud.com/help/en/oss/developer-reference/createjob; what it leaves open about tags is by
 * PutObjectTagging (10 tags, keys of 128 and values of 256 characters), about the names of buckets by PutBucket.
 */
type Rule = TextRule | ContainerRule;

interface TextRule {
  /** What is expected, for the message. */
  readonly expected: string;
  readonly allows: (text: string) => boolean;
  /** How a value that is not allowed is refused. Default `InvalidArgument`. */
  readonly refusal?: { readonly code?: string; readonly ec?: string };
}

interface ContainerRule {
  readonly children: Readonly<Record<string, ChildRule>>;
  /** Of these exactly one is there. */
  readonly oneOf?: readonly string[];
}

interface ChildRule {
  readonly rule: Rule;
  readonly required?: boolean;
  /** How many there may be. Default 1. */
  readonly most?: number;
}

const required = (rule: Rule): ChildRule => ({ rule, required: true });
const optional = (rule: Rule): ChildRule => ({ rule });

const anything: TextRule = { expected: 'a text', allows: () => true };
const something: TextRule = { expected: 'a text that is not empty', allows: (text) => text !== '' };
const boolean: TextRule = { expected: 'true or false', allows: (text) => /^(?:true|false)$/.test(text) };

function oneOf(...values: readonly string[]): TextRule {
  return { expected: `one of ${values.join(', ')}`, allows: (text) => values.includes(text) };
}

function characters(least: number, most: number): TextRule {
  return {
    expected: `${least} to ${most} characters`,
    allows: (text) => text.length >= least && text.length <= most,
  };
}

function integer(least: number, most: number): TextRule {
  return {
    expected: `a whole number from ${least} to ${most}`,
    allows: (text) => /^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most,
  };
}

const bucket: TextRule = {
  expected: 'the name of a bucket',
  allows: (text) => /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(text),
  refusal: { code: 'InvalidBucketName' },
};

const role: TextRule = {
  expected: 'a RAM role',
  allows: (text) => /^(?:arn:)?acs:ram::[^:\s]+:role\/\S+$/.test(text),
  // https://www.alibabacloud.com/help/en/oss/user-guide/0017-00001009
  refusal: { ec: '0017-00001009' },
};

const fields: TextRule = {
  expected: 'Bucket, Key and perhaps VersionId, by commas',
  allows: (text) => {
    const names = text.split(',').map((name) => name.trim());
    const known = names.every((name) => ['Bucket', 'Key', 'VersionId'].includes(name));
    return known && new Set(names).size === names.length && names.includes('Bucket') && names.includes('Key');
  },
};

const tagging: ContainerRule = {
  children: {
    TagSet: required({
      children: {
        Tag: {
          rule: { children: { Key: required(characters(1, 128)), Value: required(characters(0, 256)) } },
          required: true,
          most: 10,
        },
      },
    }),
  },
};

const OPERATION: ContainerRule = {
  children: {
    PutObjectTagging: optional(tagging),
    AddObjectTagging: optional(tagging),
    DeleteObjectTagging: optional({ children: {} }),
    PutObjectAcl: optional({
      children: { ObjectAcl: required(oneOf('default', 'private', 'public-read', 'public-read-write')) },
    }),
    RestoreObject: optional({
      children: {
        // Of ColdArchive and DeepColdArchive; more than 7 days for an Archive object fail its task.
        Days: optional(integer(1, 365)),
        Tier: optional(oneOf('Standard', 'Bulk')),
      },
    }),
  },
  oneOf: ['PutObjectTagging', 'AddObjectTagging', 'DeleteObjectTagging', 'PutObjectAcl', 'RestoreObject'],
};

const REQUEST: ContainerRule = {
  children: {
    ConfirmationRequired: optional(boolean),
    Operation: required(OPERATION),
    Report: required({
      children: {
        Bucket: required(bucket),
        Enabled: required(boolean),
        Prefix: optional(anything),
        ReportScope: optional(oneOf('AllTasks', 'FailedTasksOnly')),
      },
    }),
    ClientRequestToken: required(characters(1, 64)),
    Manifest: optional({
      children: {
        Location: required({
          children: {
            ETag: optional(something),
            Bucket: required(bucket),
            Object: required(something),
            VersionId: optional(something),
          },
        }),
        Spec: required({
          children: {
            Fields: optional(fields),
            Format: required(oneOf('OSS_BatchOperations_CSV_20250611', 'OSS_InventoryReport_CSV_20250611')),
          },
        }),
      },
    }),
    KeyPrefixManifestGenerator: optional({
      children: { SourceBucket: required(bucket), Prefix: optional(anything) },
    }),
    Description: optional(anything),
    Priority: required(integer(0, 2_147_483_647)),
    RoleArn: required(role),
  },
  oneOf: ['Manifest', 'KeyPrefixManifestGenerator'],
};

/**
 * Holds a `CreateJobRequest` against its documentation.
 *
 * @throws ServiceError `MalformedXML` for an element that is missing, repeated or out of place, `InvalidArgument`
 *   (`InvalidBucketName` for a bucket) for a value that is not allowed. The documentation names no codes; these are
 *   OSS's for the like in other calls.
 */
export function checkRequest(root: XmlElement): void {
  check(root, REQUEST, root.name);
  const tags = childrenOf(root, 'Operation')
    .flatMap((operation) => childrenOf(operation))
    .flatMap((operation) => childrenOf(operation, 'TagSet'))
    .flatMap((set) => childrenOf(set, 'Tag'))
    .flatMap((tag) => childrenOf(tag, 'Key'));
  if (new Set(tags.map(({ text }) => text)).size < tags.length) {
    throw refused('Operation', 'two tags have the same key');
  }
}

function check(node: XmlElement, rule: Rule, path: string): void {
  if ('allows' in rule) {
    checkText(node, rule, path);
    return;
  }
  const elements = childrenOf(node);
  if (node.children.some((child) => typeof child === 'string' && child.trim() !== '')) {
    throw malformed(`${path} holds a text`);
  }
  for (const { name } of elements) {
    if (!Object.hasOwn(rule.children, name)) throw malformed(`${path}.${name} is not known`);
  }
  for (const [name, { rule: childRule, required: needed = false, most = 1 }] of Object.entries(
    rule.children,
  )) {
    const found = elements.filter((element) => element.name === name);
    if (needed && found.length === 0) throw malformed(`${path}.${name} is missing`);
    if (found.length > most) throw malformed(`${path}.${name} is there ${found.length} times`);
    for (const element of found) check(element, childRule, `${path}.${name}`);
  }
  const { oneOf: choices } = rule;
  if (choices && elements.filter(({ name }) => choices.includes(name)).length !== 1) {
    throw malformed(`${path} needs exactly one of ${choices.join(', ')}`);
  }
}

function checkText(node: XmlElement, { expected, allows, refusal }: TextRule, path: string): void {
  if (childrenOf(node).length > 0) throw malformed(`${path} holds elements`);
  if (!allows(node.text)) {
    throw refused(path, `expected ${expected}, found ${JSON.stringify(node.text.slice(0, 80))}`, refusal);
  }
}

function refused(path: string, why: string, { code = 'InvalidArgument', ec }: TextRule['refusal'] = {}) {
  return new ServiceError(400, code, `${path}: ${why}.`, ec === undefined ? {} : { EC: ec });
}

export function malformed(why: string): ServiceError {
  return new ServiceError(400, 'MalformedXML', `The XML you provided was not well-formed: ${why}.`, {
    EC: '0016-00000101',
  });
}
