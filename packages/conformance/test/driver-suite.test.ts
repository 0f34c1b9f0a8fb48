import { describeStoreDriver } from '@store/conformance';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { localService } from './local-service.js';
import { runMocha } from './run-mocha.js';

/** What is wrong with each of the drivers, and a test that finds it. */
const FOUND_BY: Readonly<Record<string, string>> = {
  'gives more than was asked for': 'list gives no page of 3 more entries than that',
  'knows each token once': 'list gives the same page for the same token',
  'retries by itself': 'requests leaves it to others to repeat a request',
  'takes two requests for one call': 'requests sends one request a call',
  'calls a condition that did not hold worth another attempt': 'write ifAbsent writes only where nothing is',
  'does not account for the last key of a batch':
    'delete deletes many keys, and names just those in its answer',
  'takes half of the keys of a batch that it states': 'delete takes as many keys as it states',
  'does not hear its signal': 'requests sends nothing when its signal has fired',
  'gives all parts in one page': 'uploads names the parts that have arrived, page by page',
  'fails when it is closed again': 'requests can be closed twice',
};

/** `listPage` hands on what a page of a driver has, so it alone shows these to users. */
const SHOWN_BY_SINGLE_PAGES = [
  'gives more than was asked for pages turns single pages, in any process',
  'gives more than was asked for pages turns single pages of groups',
  'knows each token once pages turns single pages, in any process',
].map((title) => `ObjectStore conformance: ${title}`);

describe('the conformance suite of drivers itself', () => {
  it('finds out drivers that the suite of stores does not', async () => {
    const titles = (await runMocha(['broken-drivers.js'])).failures.map(({ fullTitle }) => fullTitle);
    for (const [name, test] of Object.entries(FOUND_BY)) {
      expect(titles, name).to.include(`StoreDriver conformance: ${name} ${test}`);
    }
    expect(titles.filter((title) => title.startsWith('ObjectStore conformance: '))).to.have.members(
      SHOWN_BY_SINGLE_PAGES,
    );
  }).timeout(240_000);
});

const service = localService(memoryDriver());
describeStoreDriver('memory, as a service', async () => service.driver, { service });
