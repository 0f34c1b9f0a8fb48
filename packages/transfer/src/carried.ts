import { StoreError, type ObjectInfo, type ObjectMetadata } from '@store/core';
import { portableAttributes } from '@store/core/extend';

const CARRIED = [
  'contentType',
  'cacheControl',
  'contentDisposition',
  'contentEncoding',
  'metadata',
] as const satisfies readonly (keyof ObjectMetadata)[];

/** What goes along with an object, and what of it no store could be given. */
export interface Carried {
  readonly attributes: ObjectMetadata;
  /** In words, with the reason. */
  readonly lost: readonly string[];
}

/** What belongs to an object that was read, as far as any store keeps it. */
export function carriedFrom(info: ObjectInfo): Carried {
  const attributes: ObjectMetadata[] = [];
  const lost: string[] = [];
  for (const name of CARRIED) {
    const value = info[name];
    if (value === undefined) continue;
    try {
      attributes.push(portableAttributes({ [name]: value }, 'put', info.key));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      lost.push(`its ${wordOf(name)} (${error.reason})`);
    }
  }
  return { attributes: Object.assign({}, ...attributes) as ObjectMetadata, lost };
}

/** `contentType` is `content type` to people. */
function wordOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
