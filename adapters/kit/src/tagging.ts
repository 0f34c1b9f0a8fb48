import type { Tags } from '@store/core';
import { undocumented } from './undocumented.js';
import { element, textElement } from './xml-writing.js';
import type { XmlElement } from './xml.js';

/** The tags in an element that holds a `TagSet`. @throws StoreError `Corrupt` when it holds none */
export function tagsOf(tagging: XmlElement): Tags {
  const set = tagging.child('TagSet');
  if (!set) throw undocumented('the answer has no TagSet');
  return Object.fromEntries(
    set.all('Tag').map((tag) => [tag.textOf('Key') ?? '', tag.textOf('Value') ?? '']),
  );
}

export function tagSetElement(tags: Tags): string {
  const each = Object.entries(tags).map(([name, value]) =>
    element('Tag', textElement('Key', name), textElement('Value', value)),
  );
  return element('TagSet', ...each);
}
