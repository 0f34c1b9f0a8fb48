import type { StoreDriver, TagsFacet } from '@store/driver';
import { ignoring } from '../ignoring.js';
import { taggingOf, tagsOf } from '../tagging.js';
import { xmlDocument } from '../xml-writing.js';
import { XML, type Service } from './service.js';

/** GetObjectTagging and PutObjectTagging. */
export function tagsFacet(service: Service): TagsFacet {
  return {
    get({ key, versionId }, call) {
      const sent = { method: 'GET', key, query: { tagging: '', versionId } } as const;
      return service.ask('getTags', call, sent, 'Tagging', tagsOf);
    },
    set({ key, versionId, tags }, call) {
      const query = { tagging: '', versionId };
      const content = xmlDocument('Tagging', taggingOf(tags), service.dialect.attributes);
      const sent = { method: 'PUT', key, query, headers: XML, content, digested: true } as const;
      return service.tell('setTags', call, sent, () => undefined);
    },
  };
}

/** RestoreObject. That it is on its way already is no failure. */
export function restoreCall(service: Service): NonNullable<StoreDriver['restore']> {
  const { tierIn, attributes } = service.dialect;
  return async ({ key, versionId, days, tier }, call) => {
    const speed = tier === undefined ? {} : { [tierIn]: { Tier: tier } };
    const content = xmlDocument('RestoreRequest', { Days: days, ...speed }, attributes);
    const query = { restore: '', versionId };
    const sent = { method: 'POST', key, query, headers: XML, content, digested: true } as const;
    // 202: begun; 200: back already.
    const restore = () => service.tell('restore', call, sent, () => undefined, [200, 202]);
    await ignoring('RestoreAlreadyInProgress', restore);
  };
}
