import type { StoreDriver } from '@store/core';
import { describe } from 'mocha';
import { describeOpened } from '../describe-opened.js';
import { deleteTests } from './delete.js';
import { makeDriverContext, type DriverExpectations } from './driver-context.js';
import { extraTests } from './extras.js';
import { keyTests } from './keys.js';
import { listTests } from './list.js';
import { readTests } from './read.js';
import { recordTests } from './records.js';
import { requestTests } from './requests.js';
import { trashTests } from './trash.js';
import { uploadTests } from './uploads.js';
import { versionTests } from './versions.js';
import { writeTests } from './write.js';

/**
 * Defines the mocha suite that every `StoreDriver` must pass: each facet by itself, without the portable layer above,
 * which makes up for much that a driver does wrong, at a price. Facets that a driver does not have are skipped by name.
 *
 * @param name of the driver, for the title
 * @param open opens the driver under test; called once for the suite, and for a test that closes one. Every call has to
 * open the same objects.
 * @param expectations what is known to be different here, with the reasons
 */
export function describeStoreDriver(
  name: string,
  open: () => Promise<StoreDriver>,
  expectations: DriverExpectations = {},
): void {
  describeOpened(`StoreDriver conformance: ${name}`, 'driver', open, (opened) => {
    const context = makeDriverContext(expectations, opened, open);
    describe('list', () => listTests(context));
    describe('read', () => readTests(context));
    describe('write', () => writeTests(context));
    describe('records', () => recordTests(context));
    describe('delete', () => deleteTests(context));
    describe('trash', () => trashTests(context));
    describe('keys', () => keyTests(context));
    describe('uploads', () => uploadTests(context));
    describe('versions', () => versionTests(context));
    describe('extras', () => extraTests(context));
    describe('requests', () => requestTests(context));
  });
}
