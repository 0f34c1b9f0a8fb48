import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  type TransitionDefaultMinimumObjectSize,
} from '@aws-sdk/client-s3';
import { StoreError, type DriverCall, type Lifecycle, type LifecycleUpdate } from '@store/core';
import type { XmlElement } from '@store/kit';
import { documentOf } from './answer-check.js';
import { isHttpRequest } from './http-message.js';
import { ruleXml } from './lifecycle-rule.js';
import type { Quirks } from './quirks.js';
import type { Requests } from './requests.js';

const ROOT = 'LifecycleConfiguration';

/** What stands beside the rules, and would be lost by a write that leaves it out. */
interface Extra {
  readonly transitionDefaultMinimumObjectSize?: TransitionDefaultMinimumObjectSize | undefined;
  /** Of the root: the namespaces that the rules may use. */
  readonly attributes: string;
  /** What else the document holds, in front of its first rule and behind it. */
  readonly before: readonly string[];
  readonly behind: readonly string[];
}

/** As AWS documents it. */
const NO_EXTRA: Extra = {
  attributes: ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"',
  before: [],
  behind: [],
};

/**
 * GetBucketLifecycleConfiguration. A bucket without rules answers with an error. Rules are kept as the text of their
 * elements: the SDK drops what it does not know, and a rule without one of its filters is about more objects.
 */
export async function getLifecycle(requests: Requests, call: DriverCall): Promise<Lifecycle> {
  const command = new GetBucketLifecycleConfigurationCommand({ Bucket: requests.bucket });
  try {
    return await requests.run('getLifecycle', undefined, call, async (abortSignal) => {
      const answer = await requests.client.send(command, { abortSignal });
      const root = documentOf(answer);
      const first = root.children.findIndex(isRule);
      const split = first < 0 ? root.children.length : first;
      const extra: Extra = {
        transitionDefaultMinimumObjectSize: answer.TransitionDefaultMinimumObjectSize,
        attributes: root.attributes(),
        before: root.children.slice(0, split).map(sourceOf),
        behind: root.children
          .slice(split)
          .filter((child) => !isRule(child))
          .map(sourceOf),
      };
      return { rules: root.children.filter(isRule).map(ruleOf), extra };
    });
  } catch (error) {
    if (error instanceof StoreError && error.providerCode === 'NoSuchLifecycleConfiguration')
      return { rules: [] };
    throw error;
  }
}

/** PutBucketLifecycleConfiguration, which replaces all rules; without any, DeleteBucketLifecycle. */
export async function putLifecycle(
  requests: Requests,
  quirks: Quirks,
  { kept, added, extra }: LifecycleUpdate,
  call: DriverCall,
): Promise<void> {
  // They come from `getLifecycle` above.
  const rules = [...kept.map(({ raw }) => raw as string), ...added.map((rule) => ruleXml(rule, quirks))];
  const { transitionDefaultMinimumObjectSize, attributes, before, behind } = (extra ?? NO_EXTRA) as Extra;
  await requests.run('putLifecycle', undefined, call, async (abortSignal) => {
    if (rules.length === 0) {
      const command = new DeleteBucketLifecycleCommand({ Bucket: requests.bucket });
      await requests.client.send(command, { abortSignal });
      return;
    }
    const command = new PutBucketLifecycleConfigurationCommand({
      Bucket: requests.bucket,
      LifecycleConfiguration: { Rules: [] },
      TransitionDefaultMinimumObjectSize: transitionDefaultMinimumObjectSize,
      ChecksumAlgorithm: quirks.checksumAlgorithm,
    });
    const body = `<${ROOT}${attributes}>${[...before, ...rules, ...behind].join('')}</${ROOT}>`;
    command.middlewareStack.add(
      (next) => (args) => {
        const { request } = args;
        if (!isHttpRequest(request)) throw new StoreError('Internal', 'the SDK sent no HTTP request');
        request.body = body;
        return next(args);
      },
      // Behind the SDK's serializer, and before everything that measures, digests or signs the body.
      { step: 'build', priority: 'high', name: 'storeLifecycleDocument' },
    );
    await requests.client.send(command, { abortSignal });
  });
}

function isRule({ name }: XmlElement): boolean {
  return name === 'Rule';
}

/** @throws StoreError `Corrupt` when it could not be written back as it is */
function sourceOf(element: XmlElement): string {
  const source = element.source();
  if (source !== undefined) return source;
  throw new StoreError('Corrupt', `a <${element.name}> of the lifecycle rules is not UTF-8`);
}

function ruleOf(rule: XmlElement): Lifecycle['rules'][number] {
  const filter = rule.child('Filter');
  const expiration = rule.child('Expiration');
  return {
    id: rule.textOf('ID') ?? '',
    enabled: rule.textOf('Status') === 'Enabled',
    prefix: rule.textOf('Prefix') ?? filter?.textOf('Prefix') ?? filter?.child('And')?.textOf('Prefix') ?? '',
    expires: (expiration?.child('Days') ?? expiration?.child('Date')) !== undefined,
    raw: sourceOf(rule),
  };
}
