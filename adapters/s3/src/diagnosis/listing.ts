import { compareKeys, type Finding, type StoreDriver } from '@store/driver';
import { finding, notFoundOut, type Subject } from './subject.js';

/** Keys whose order by UTF-8 bytes, by UTF-16 units and without regard to case all differ. */
const ORDER = ['B', 'a', '\uffee', '\u{10000}'];

export async function listings(subject: Subject): Promise<readonly Finding[]> {
  const prefix = `${subject.key('list')}/`;
  for (const name of [...ORDER, 'a b']) await subject.object(prefix + name);
  const findings: Finding[] = [];
  const versions = new Map<number, string[]>();
  for (const listVersion of [2, 1] as const) {
    const { list } = subject.driver({ listVersion });
    const { pages } = await subject.pages('list', (token) =>
      list.page({ prefix, maxKeys: 2, token }, subject.call),
    );
    const keys = pages.flatMap(({ objects }) => objects.map(({ key }) => key));
    const complete = pages.at(-1)?.truncated === false && keys.length === ORDER.length + 1;
    findings.push(finding(`list version ${listVersion}`, complete));
    if (complete) versions.set(listVersion, keys);
  }
  const listVersion = versions.has(2) || !versions.has(1) ? 2 : 1;
  subject.quirks = { ...subject.quirks, listVersion };
  findings.push(finding('listing', `version ${listVersion}`, undefined, { listVersion }));

  const keys = versions.get(listVersion) ?? [];
  const orderedList = keys.every((key, i) => i === 0 || compareKeys(keys[i - 1] ?? '', key) < 0);
  const unordered = !orderedList && 'a listing cannot be taken up at a key';
  findings.push(finding('byte order', orderedList, unordered, { orderedList }));
  const driver = subject.driver({ listVersion });
  findings.push(await beginning(subject, driver, `${prefix}a`));
  findings.push(await encoding(subject, prefix));
  return findings;
}

/** Whether a listing begins behind a key; another one than is asked for would have keys listed twice, or left out. */
async function beginning(subject: Subject, driver: StoreDriver, key: string): Promise<Finding> {
  const prefix = key.slice(0, -1);
  const page = await subject.outcome('list', () =>
    driver.list.page({ prefix, maxKeys: 10, startAfter: key }, subject.call),
  );
  if (page.error) return notFoundOut('start-after', page.error);
  const listed = page.value.objects.map((object) => object.key);
  const before = listed.some((one) => compareKeys(one, key) < 0);
  const said = before ? 'ignored' : listed.includes(key) ? 'inclusive' : listed.length > 0;
  const serial = said !== true && 'listings are not split: their pages come one after the other';
  return finding('start-after', said, serial);
}

/** Whether keys that XML cannot carry can be listed. */
async function encoding(subject: Subject, prefix: string): Promise<Finding> {
  const probe = 'encoding-type';
  const request = { method: 'GET', query: { 'list-type': 2, prefix, 'encoding-type': 'url' } } as const;
  const page = await subject.outcome('list', () =>
    subject
      .requests()
      .ask('list', subject.call, request, 'ListBucketResult', (document) => document.textOf('EncodingType')),
  );
  if (page.error) return notFoundOut(probe, page.error);
  const honoured = page.value === 'url';
  return finding(probe, honoured, !honoured && 'keys with control characters cannot be listed faithfully');
}
