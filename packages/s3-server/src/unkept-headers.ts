import { unkept } from './unkept.js';

/** What a write may ask for in headers and no store here keeps; asking for what is so anyway is no harm. */
const UNKEPT: readonly (readonly [name: RegExp, harmless: RegExp | undefined])[] = [
  // What is left of it is read with the attributes.
  [/^x-amz-server-side-encryption-(?!aws-kms-key-id$)/, undefined],
  [/^x-amz-object-lock-/, undefined],
  [/^x-amz-website-redirect-location$/, undefined],
  [/^x-amz-grant-/, undefined],
  [/^x-amz-acl$/, /^(?:private|bucket-owner-full-control)$/],
  [/^x-amz-write-offset-bytes$/, undefined],
];

/** @throws ServiceError `NotImplemented` when a write asks for what would be forgotten: encryption, locks, grants */
export function refuseUnkept(headers: ReadonlyMap<string, string>): void {
  for (const [name, value] of headers) {
    const found = UNKEPT.find(([pattern]) => pattern.test(name));
    if (found && !found[1]?.test(value)) throw unkept('header', name);
  }
}
