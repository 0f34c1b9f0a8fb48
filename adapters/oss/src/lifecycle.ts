import {
  StoreError,
  type DriverCall,
  type ExpirationRule,
  type Lifecycle,
  type LifecycleUpdate,
} from '@store/core';
import { XML, type Requests } from './requests.js';
import { escapeText, nodeIn, nodes, parseAnswer, textIn } from './xml.js';

/** Rules as they came, element by element: what is not known here is given back like the rest. */
const RULE = /<Rule>[^]*?<\/Rule>/g;

/** GetBucketLifecycle. A bucket without rules answers with an error. */
export async function getLifecycle(requests: Requests, call: DriverCall): Promise<Lifecycle> {
  try {
    const { data } = await requests.send('getLifecycle', undefined, call, {
      method: 'GET',
      subres: { lifecycle: '' },
    });
    return requests.read('getLifecycle', () => {
      const texts = data.toString().match(RULE) ?? [];
      const rules = nodes(parseAnswer(data, 'LifecycleConfiguration'), 'Rule');
      if (texts.length !== rules.length) throw new StoreError('Corrupt', 'the rules cannot be told apart');
      return {
        rules: rules.map((rule, i) => {
          const expiration = nodeIn(rule, 'Expiration') ?? {};
          const names = ['Days', 'Date', 'CreatedBeforeDate'];
          return {
            id: textIn(rule, 'ID') ?? '',
            enabled: textIn(rule, 'Status') === 'Enabled',
            prefix: textIn(rule, 'Prefix') ?? '',
            expires: names.some((name) => textIn(expiration, name) !== undefined),
            raw: texts[i],
          };
        }),
      };
    });
  } catch (error) {
    if (error instanceof StoreError && error.providerCode === 'NoSuchLifecycle') return { rules: [] };
    throw error;
  }
}

/** PutBucketLifecycle, which replaces all rules; without any, DeleteBucketLifecycle. */
export async function putLifecycle(
  requests: Requests,
  { kept, added }: LifecycleUpdate,
  call: DriverCall,
): Promise<void> {
  // They come from `getLifecycle` above.
  const rules = [...kept.map(({ raw }) => String(raw)), ...added.map(ruleElement)];
  const subres = { lifecycle: '' };
  if (rules.length === 0) {
    await requests.send('putLifecycle', undefined, call, {
      method: 'DELETE',
      subres,
      successStatuses: [204],
    });
    return;
  }
  const xml = `<?xml version="1.0" encoding="UTF-8"?><LifecycleConfiguration>${rules.join('')}</LifecycleConfiguration>`;
  await requests.send('putLifecycle', undefined, call, {
    method: 'PUT',
    subres,
    headers: XML,
    content: Buffer.from(xml),
    emptyAnswer: true,
  });
}

function ruleElement(rule: ExpirationRule): string {
  const { id, prefix, tag, days, noncurrentDays, uploadsDays, expiredMarkers } = rule;
  const expiration = expiredMarkers
    ? '<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>'
    : days && `<Days>${days}</Days>`;
  return [
    `<Rule><ID>${escapeText(id)}</ID><Prefix>${escapeText(prefix)}</Prefix><Status>Enabled</Status>`,
    tag && `<Tag><Key>${escapeText(tag.name)}</Key><Value>${escapeText(tag.value)}</Value></Tag>`,
    expiration && `<Expiration>${expiration}</Expiration>`,
    noncurrentDays &&
      `<NoncurrentVersionExpiration><NoncurrentDays>${noncurrentDays}</NoncurrentDays></NoncurrentVersionExpiration>`,
    uploadsDays && `<AbortMultipartUpload><Days>${uploadsDays}</Days></AbortMultipartUpload>`,
    '</Rule>',
  ]
    .filter((part) => part !== undefined && part !== 0)
    .join('');
}
