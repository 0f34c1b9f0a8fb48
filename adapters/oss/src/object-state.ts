import type { StoreDriver, TagsFacet } from '@store/driver';
import { ignoring, taggingOf, tagsOf, xmlDocument } from '@store/kit';
import { given, XML, type Requests } from './requests.js';
import { parseAnswer } from './xml.js';

export function tagsFacet(requests: Requests): TagsFacet {
  return {
    get({ key, versionId }, call) {
      const sent = { method: 'GET', subres: { tagging: '', ...given({ versionId }) } } as const;
      return requests.send('getTags', key, call, sent, ({ data }) => tagsOf(parseAnswer(data, 'Tagging')));
    },
    set({ key, versionId, tags }, call) {
      const sent = {
        method: 'PUT',
        subres: { tagging: '', ...given({ versionId }) },
        headers: XML,
        content: xmlDocument('Tagging', taggingOf(tags)),
        emptyAnswer: true,
      } as const;
      return requests.send('setTags', key, call, sent, () => undefined);
    },
  };
}

/** RestoreObject. That it is on its way already is no failure. */
export function restoreCall(requests: Requests): NonNullable<StoreDriver['restore']> {
  return async ({ key, versionId, days, tier }, call) => {
    const JobParameters = tier === undefined ? undefined : { Tier: tier };
    const sent = {
      method: 'POST',
      subres: { restore: '', ...given({ versionId }) },
      headers: XML,
      content: xmlDocument('RestoreRequest', { Days: days, JobParameters }),
      // 202: begun; 200: back already.
      successStatuses: [200, 202],
      emptyAnswer: true,
    } as const;
    await ignoring('RestoreAlreadyInProgress', () =>
      requests.send('restore', key, call, sent, () => undefined),
    );
  };
}
