import type { Tags } from '@store/core';
import type { XmlElement } from '@store/kit';

/** The tags in an element that holds a `TagSet`. */
export function tagsOf(tagging: XmlElement): Tags {
  const tags = tagging.child('TagSet')?.all('Tag') ?? [];
  return Object.fromEntries(tags.map((tag) => [tag.textOf('Key') ?? '', tag.textOf('Value') ?? '']));
}
