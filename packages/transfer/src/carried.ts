import { StoreError, type ObjectInfo, type ObjectMetadata } from '@store/core';
import { METADATA_FIELDS, portableAttributes } from '@store/driver';
import type { Engine } from '@store/engine';
import mime from 'mime-types';

/** What goes along with an object, and what of it no store could be given. */
export interface Carried {
  readonly attributes: ObjectMetadata;
  /** In words, with the reason. */
  readonly lost: readonly string[];
}

/** What belongs to an object that was read, as far as the target keeps it under a key. */
export function carriedFrom(info: ObjectInfo, to: Engine, key: string): Carried {
  if (!keepsMetadata(to))
    return { attributes: {}, lost: unkept(info, key).map((name) => `its ${wordOf(name)}`) };
  const attributes: ObjectMetadata[] = [];
  const lost: string[] = [];
  for (const name of METADATA_FIELDS) {
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

/** What a directory of files does not say of a file: a type that its name says is not lost, nor one that says nothing. */
function unkept(info: ObjectInfo, key: string): readonly string[] {
  return METADATA_FIELDS.filter((name) => {
    if (name === 'metadata') return Object.keys(info.metadata ?? {}).length > 0;
    if (name !== 'contentType') return info[name] !== undefined;
    const type = info.contentType?.replace(/;.*/, '').trim().toLowerCase();
    return type !== undefined && !SAYS_NOTHING.has(type) && type !== mime.lookup(key);
  });
}

const SAYS_NOTHING: ReadonlySet<string> = new Set(['application/octet-stream', 'binary/octet-stream']);

/** Content types, headers and user metadata. */
export function keepsMetadata({ driver }: Engine): boolean {
  return driver.write.metadata ?? true;
}

/** The time at which an object was changed, where the target takes one. */
export function timeFor(
  { driver }: Engine,
  { lastModified }: ObjectInfo,
): { readonly lastModified?: Date | undefined } {
  return driver.write.lastModified ? { lastModified } : {};
}

/** `contentType` is `content type` to people. */
function wordOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
