import type { Tags } from '@store/driver';
import { undocumented } from './undocumented.js';
import type { XmlContent } from './xml-writing.js';
import type { XmlElement } from './xml.js';

/** The tags in an element that holds a `TagSet`. @throws StoreError `Corrupt` when it holds none */
export function tagsOf(tagging: XmlElement): Tags {
  const set = tagging.child('TagSet');
  if (!set) throw undocumented('the answer has no TagSet');
  return Object.fromEntries(
    set.all('Tag').map((tag) => [tag.textOf('Key') ?? '', tag.textOf('Value') ?? '']),
  );
}

/** What an element holds that has tags. */
export function taggingOf(tags: Tags): XmlContent {
  return { TagSet: { Tag: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } };
}
