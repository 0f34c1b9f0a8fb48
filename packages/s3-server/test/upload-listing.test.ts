import { StoreError, type ListUploadsPage } from '@store/core';
import { MemoryObjects, memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { allUploads } from '#src/upload-listing.js';

/** Answers of a store that has one upload and never says that there are no more. */
const ENDLESS: readonly [string, (token: string | undefined, nth: number) => Partial<ListUploadsPage>][] = [
  ['gives the same token again', () => ({ nextToken: 'again' })],
  ['gives new tokens to the same upload', (_token, nth) => ({ nextToken: `${nth}` })],
  [
    'gives new tokens to nothing',
    (token, nth) => ({ nextToken: `${nth}`, ...(token ? { uploads: [] } : {}) }),
  ],
  ['says that there are more, and not where', () => ({ nextToken: undefined })],
];

describe('the incomplete uploads of a store', () => {
  for (const [what, answer] of ENDLESS) {
    it(`come to an end where it ${what}`, async () => {
      const inner = memoryDriver({}, new MemoryObjects());
      let pages = 0;
      const { uploads: abortable } = inner;
      if (!abortable) throw new Error('it has uploads');
      const uploads: typeof abortable = {
        ...abortable,
        page: async ({ token }) => {
          pages++;
          const one = [{ key: 'k', uploadId: 'u', initiated: new Date(0) }];
          return { uploads: one, truncated: true, ...answer(token, pages) };
        },
      };
      const bucket = { name: 'demo', created: new Date(0), objects: { ...inner, uploads } };
      const listed: string[] = [];
      let thrown: unknown;
      try {
        for await (const { uploadId } of allUploads(
          { bucket, signal: new AbortController().signal, entry: {} },
          '',
        ))
          listed.push(uploadId);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).to.be.instanceOf(StoreError).and.include({ code: 'Corrupt' });
      expect(pages).to.be.below(200);
      expect(listed.length).to.be.below(3);
    });
  }
});
