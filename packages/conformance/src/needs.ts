import type { Capabilities } from '@store/core';

/** What a store has to be able to do for a test. */
export interface Need {
  readonly isMet: (capabilities: Capabilities) => boolean;
  /** Why the test is skipped where it is not met. */
  readonly otherwise: string;
}

function need(what: string, isMet: (capabilities: Capabilities) => boolean): Need {
  return { isMet, otherwise: `this store has no ${what}` };
}

/** The other way round: for tests of what a store refuses that cannot do it. */
export function without({ isMet, otherwise }: Need): Need {
  return {
    isMet: (capabilities) => !isMet(capabilities),
    otherwise: otherwise.replace('has no', 'has'),
  };
}

export const DELIMITERS = need('delimiters', ({ list }) => list.delimiter !== 'none');
export const ANY_DELIMITER = need('delimiters but the slash', ({ list }) => list.delimiter === 'any');
export const KEY_ORDER = need('order of keys', ({ list }) => list.order === 'utf8');
export const PUT_IF_ABSENT = need('ifAbsent on put', ({ conditionalPut }) => conditionalPut.ifAbsent);
export const PUT_IF_MATCH = need('ifMatch on put', ({ conditionalPut }) => conditionalPut.ifMatch);
export const DELETE_IF_MATCH = need(
  'ifMatch on deletes',
  ({ conditionalDelete }) => conditionalDelete !== false,
);
export const PREFIX_DELETE = need(
  'deletes by prefix of its own',
  ({ prefixDelete }) => prefixDelete !== false,
);
export const PARTS = need('uploads in parts', ({ multipart }) => multipart !== false);
export const UPLOADS_LISTING = need('listing of uploads', ({ listUploads }) => listUploads);
export const VERSIONS = need('versions', ({ versions }) => versions);
export const TAGS = need('tags', ({ tags }) => tags);
export const METADATA = need('metadata', ({ metadata }) => metadata);
export const SETS_LAST_MODIFIED = need('lastModified on put', ({ setsLastModified }) => setsLastModified);
export const ANY_KEY = need('keys that are no paths', ({ keys }) => !keys.paths);
export const STORAGE_CLASSES = need('storage classes', ({ storageClasses }) => storageClasses);
export const ENCRYPTION = need('encryption as it is told', ({ encryption }) => encryption);
export const RESTORES = need('restores', ({ restore }) => restore);
export const URLS = need('URLs without a signature', ({ url }) => url);
export const POST_FORMS = need('forms for uploads', ({ postForms }) => postForms !== false);
export const FORM_LIMITS = need(
  'forms with a type or a size',
  ({ postForms }) => postForms !== false && postForms.limits,
);
export const PRESIGNED = need('presigned URLs', ({ presign }) => presign);
