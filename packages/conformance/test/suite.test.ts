import { createObjectStore } from '@store/core';
import { memoryDriver } from '@store/memory';
import { describeObjectStore } from '@store/conformance';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { runMocha } from './run-mocha.js';

describe('the conformance suite itself', () => {
  it('finds out stores that are wrong', async () => {
    const { failures, passes } = await runMocha(['broken-stores.js']);
    expect(passes.length).to.be.greaterThan(100);
    const caught = (name: string): string[] =>
      failures
        .map(({ fullTitle }) => fullTitle)
        .filter((title) => title.startsWith(`ObjectStore conformance: ${name} `));
    for (const name of [
      'strips the slash of a prefix',
      'lists in UTF-16 order',
      'resolves dot segments',
      'normalises Unicode',
      'reports refused keys as deleted',
      'forgets the metadata',
      'ignores ranges',
      'ignores ifAbsent',
      'fails to delete what is not there',
      'ends listings early',
    ]) {
      expect(caught(name), name).not.to.have.length(0);
    }
  }).timeout(240_000);
});

// What a skip looks like to whoever reads the output: pending, with its reason in the title.
const driver = memoryDriver();
describeObjectStore('memory, with a skip', async () => createObjectStore(driver), {
  manyKeys: 0,
  skip: { 'keeps bytes that are no text': 'an example of a known deviation' },
});
