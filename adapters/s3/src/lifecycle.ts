import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  type TransitionDefaultMinimumObjectSize,
} from '@aws-sdk/client-s3';
import { StoreError, type DriverCall, type Lifecycle, type LifecycleUpdate } from '@store/core';
import { readLifecycleDocument, writeLifecycleDocument, type BesideRules } from '@store/kit';
import { documentOf } from './answer-check.js';
import { isHttpRequest } from './http-message.js';
import { ruleXml } from './lifecycle-rule.js';
import type { Quirks } from './quirks.js';
import type { Requests } from './requests.js';

/** What stands beside the rules, and would be lost by a write that leaves it out. */
interface Extra extends BesideRules {
  readonly transitionDefaultMinimumObjectSize?: TransitionDefaultMinimumObjectSize | undefined;
}

/** As AWS documents it. */
const NO_EXTRA: Extra = {
  attributes: ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"',
  before: [],
  behind: [],
};

/** GetBucketLifecycleConfiguration, past the SDK, which drops what it does not know. Without rules it is an error. */
export async function getLifecycle(requests: Requests, call: DriverCall): Promise<Lifecycle> {
  const command = new GetBucketLifecycleConfigurationCommand({ Bucket: requests.bucket });
  try {
    return await requests.run('getLifecycle', undefined, call, async (abortSignal) => {
      const answer = await requests.client.send(command, { abortSignal });
      const { rules, beside } = readLifecycleDocument(documentOf(answer));
      const { TransitionDefaultMinimumObjectSize: transitionDefaultMinimumObjectSize } = answer;
      const extra: Extra = { ...beside, transitionDefaultMinimumObjectSize };
      return { rules, extra };
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
  const beside = (extra ?? NO_EXTRA) as Extra;
  await requests.run('putLifecycle', undefined, call, async (abortSignal) => {
    const body = writeLifecycleDocument(rules, beside);
    if (body === undefined) {
      const command = new DeleteBucketLifecycleCommand({ Bucket: requests.bucket });
      await requests.client.send(command, { abortSignal });
      return;
    }
    const command = new PutBucketLifecycleConfigurationCommand({
      Bucket: requests.bucket,
      LifecycleConfiguration: { Rules: [] },
      TransitionDefaultMinimumObjectSize: beside.transitionDefaultMinimumObjectSize,
      ChecksumAlgorithm: quirks.checksumAlgorithm,
    });
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
