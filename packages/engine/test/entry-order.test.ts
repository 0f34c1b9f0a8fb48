import { BARE } from '@store/conformance';
import type { VersionInfo } from '@store/driver';
import { Engine } from '@store/engine';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { EntryOrder } from '#src/listing/entry-order.js';

const version = (key: string, versionId: string): VersionInfo => ({
  key,
  versionId,
  size: 1,
  lastModified: new Date(0),
  isLatest: false,
  deleteMarker: false,
});

describe('versions and uploads in order', () => {
  it('takes pages that cut a key in two, and asks again for one that does not continue', () => {
    const engine = new Engine(BARE);
    const order = new EntryOrder<VersionInfo>(engine, 'p/', { operation: 'x' }, ({ versionId }) => versionId);
    order.take([version('p/a', '1'), version('p/b', '1'), version('p/b', '2')]);
    const refused =
      (...page: readonly VersionInfo[]): (() => void) =>
      () =>
        order.take(page);
    expect(refused(version('p/b', '3'), version('p/b', '2'))).to.throw(/"p\/b" came again/);
    expect(refused(version('p/b', '3'), version('p/a', '2'))).to.throw(/goes back from "p\/b"/);
    expect(refused(version('p/b', '3'), version('q', '2'))).to.throw(/outside the prefix/);
    // Nothing of the refused pages is remembered.
    order.take([version('p/b', '3'), version('p/c', '1')]);
  });
});
