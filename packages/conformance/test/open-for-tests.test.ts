import { expect } from 'chai';
import { describe, it } from 'mocha';
import { runMocha } from './run-mocha.js';

const FILES = ['closing-one.js', 'closing-two.js', 'closing-three.js'];

describe('opening for tests', () => {
  it('is closed after each test, in every file', async () => {
    const { failures, passes } = await runMocha(FILES);
    expect(failures).to.deep.equal([]);
    expect(passes).to.have.length(6);
  }).timeout(60_000);

  it('is closed when two processes have three files', async () => {
    const { failures, passes } = await runMocha(FILES, ['--parallel', '--jobs', '2']);
    expect(failures).to.deep.equal([]);
    expect(passes).to.have.length(6);
  }).timeout(60_000);
});
