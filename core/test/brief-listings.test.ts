import { createObjectStore, type DeletePrefixOptions, type ListPageRequest } from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { PageDriver } from './page-driver.js';

describe('a listing to delete by', () => {
  /** What a run asks the driver for. */
  async function isBrief(options: DeletePrefixOptions): Promise<boolean | undefined> {
    const driver = new PageDriver({});
    const asked: ListPageRequest[] = [];
    const { page } = driver.list;
    driver.list.page = (request, call) => {
      asked.push(request);
      return page(request, call);
    };
    const able = { ...driver, delete: { ...driver.delete, ifMatch: 'batch' } } as const;
    await createObjectStore(able).deletePrefix('p/', options);
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
