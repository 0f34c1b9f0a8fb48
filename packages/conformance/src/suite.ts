import type { ObjectStore } from '@store/core';
import { describe } from 'mocha';
import { describeOpened } from './describe-opened.js';
import { attributeTests } from './groups/attributes.js';
import { bodyTests } from './groups/bodies.js';
import { conditionTests } from './groups/conditions.js';
import { deletionTests } from './groups/deletion.js';
import { keyTests } from './groups/keys.js';
import { lifetimeTests } from './groups/lifetime.js';
import { listingTests } from './groups/listing.js';
import { metadataTests } from './groups/metadata.js';
import { movingTests } from './groups/moving.js';
import { objectTests } from './groups/objects.js';
import { pageTests } from './groups/pages.js';
import { postFormTests } from './groups/post-forms.js';
import { prefixDeleteTests } from './groups/prefix-delete.js';
import { uploadTests } from './groups/uploads.js';
import { versionTests } from './groups/versions.js';
import { makeContext, type Expectations } from './suite-context.js';

/**
 * Defines the mocha suite that every `ObjectStore` must pass. What is tested follows from the store's
 * `capabilities`: where one is missing, the suite expects the call to be refused with `Unsupported`.
 *
 * @param name of the store, for the title
 * @param open opens the store under test; called once for the suite, and for tests that close a store. Every
 * call has to open the same objects.
 * @param expectations what is known to be different here, with the reasons
 */
export function describeObjectStore(
  name: string,
  open: () => Promise<ObjectStore>,
  expectations: Expectations = {},
): void {
  describeOpened(`ObjectStore conformance: ${name}`, 'store', open, (opened) => {
    const context = makeContext(expectations, opened, open);
    describe('objects', () => objectTests(context));
    describe('bodies', () => bodyTests(context));
    describe('attributes', () => attributeTests(context));
    describe('metadata', () => metadataTests(context));
    describe('keys', () => keyTests(context));
    describe('conditions', () => conditionTests(context));
    describe('listing', () => listingTests(context));
    describe('pages', () => pageTests(context));
    describe('moving', () => movingTests(context));
    describe('versions', () => versionTests(context));
    describe('uploads', () => uploadTests(context));
    describe('forms', () => postFormTests(context));
    describe('deletion', () => deletionTests(context));
    describe('deletion by the service', () => prefixDeleteTests(context));
    describe('lifetime', () => lifetimeTests(context));
  });
}
