import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { COMMAND_NAMES } from '#src/commands.js';
import { MAN_FILE, manPage } from './man/man-page.js';

describe('the manual page', () => {
  it('is what the help of the command says; `npm run man` writes it', async () => {
    const page = await manPage();
    for (const name of COMMAND_NAMES) expect(page).to.match(new RegExp(`^\\.SS "store ${name}`, 'm'));
    expect(page).not.to.contain('__complete');
    expect(page).to.contain('\n.TP\n\\fB\\-n, \\-\\-dry\\-run\\fR\n');
    expect(page).to.match(/\.SH "EXIT CODES"\n\.EX\n0 {4}complete\n/);
    expect(await readFile(MAN_FILE, 'utf8')).to.equal(page);
  });

  it('is named in a list, since npm 11 links what a single name says nowhere', async () => {
    const manifest: unknown = JSON.parse(await readFile(new URL('../package.json', MAN_FILE), 'utf8'));
    expect(manifest).to.deep.include({ man: ['./man/store.1'] });
  });
});
