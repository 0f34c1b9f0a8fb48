import { BARE } from '@store/conformance';
import {
  createObjectStore,
  type DeletePrefixOptions,
  type ListPageRequest,
  type StoreDriver,
} from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';

describe('a listing to delete by', () => {
  /** What a run asks the driver for. */
  async function isBrief(options: DeletePrefixOptions): Promise<boolean | undefined> {
    const asked: ListPageRequest[] = [];
    const driver: StoreDriver = {
      ...BARE,
      list: {
        ...BARE.list,
        order: 'utf8',
        page: async (request) => {
          asked.push(request);
          return { objects: [], prefixes: [], truncated: false };
        },
      },
      delete: { ...BARE.delete, ifMatch: 'single' },
    };
    await createObjectStore(driver).deletePrefix('p/', options);
    return asked[0]?.brief;
  }

  it('asks for keys and sizes alone where nobody looks at more', async () => {
    expect(await isBrief({})).to.equal(true);
    expect(await isBrief({ minSize: 1, include: ['*.log'], onDeleted: () => undefined })).to.equal(true);
  });

  it('asks for everything where times, ETags or callbacks need it', async () => {
    expect(await isBrief({ olderThan: 1 })).to.equal(false);
    expect(await isBrief({ notAfterStart: true })).to.equal(false);
    expect(await isBrief({ ifUnchanged: true })).to.equal(false);
    expect(await isBrief({ onMatch: () => undefined })).to.equal(false);
  });
});
