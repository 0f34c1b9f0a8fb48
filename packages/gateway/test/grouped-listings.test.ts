import type { StoreDriver } from '@store/core';
import { startGateway, type Gateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { askGateway, KEYS } from './raw-client.js';

/** Sorted by their bytes. */
const NAMES = ['a', 'a/', 'a/1', 'a/2/x', 'a/2/y', 'b', 'd/1', 'd/2', 'd0', 'é/1', '\u{1f600}'];

interface Listed {
  /** Keys with what tells their entries apart, as they came. */
  readonly entries: readonly string[];
  readonly groups: readonly string[];
}

describe('gateway, listing versions and uploads in groups', () => {
  let gateway: Gateway;
  let driver: StoreDriver;
  const versions: string[] = [];
  const uploads: string[] = [];
  before(async () => {
    driver = memoryDriver({ versioning: 'enabled' });
    for (const key of NAMES) {
      const ids: string[] = [];
      for (let i = 0; i < 2; i++) {
        const { versionId } = await driver.write.put({ key, body: Buffer.from(String(i)) }, {});
        ids.unshift(`${key} ${versionId}`);
      }
      versions.push(...ids);
      const { multipart } = driver;
      const begun = await Promise.all([0, 1].map(async () => multipart?.create({ key }, {})));
      uploads.push(...begun.map((id) => `${key} ${id}`));
    }
    gateway = await startGateway({ stores: { demo: driver }, credentials: [KEYS] });
  });
  after(() => gateway.close());

  /** Follows the markers to the end. */
  const all = async (
    query: Record<string, string>,
    { id, tag }: { readonly id: string; readonly tag: string },
    idMarker: string,
  ): Promise<Listed> => {
    const entries: string[] = [];
    const groups: string[] = [];
    const max = Number(query['max-keys'] ?? query['max-uploads']);
    let markers: Record<string, string> = {};
    for (let page = 0; page < 100; page++) {
      const request = { method: 'GET', path: '/demo', query: { ...query, ...markers } };
      const { status, body: bytes } = await askGateway(gateway, request);
      const body = Buffer.from(bytes, 'latin1').toString();
      expect(status, body).to.equal(200);
      const text = (name: string, within = body): string | undefined =>
        new RegExp(`<${name}>(.*?)</${name}>`).exec(within)?.[1];
      const elements = [...body.matchAll(new RegExp(`<(${tag})>(.*?)</\\1>`, 'g'))].map(
        ([, , one = '']) => one,
      );
      const found = [...body.matchAll(/<CommonPrefixes><Prefix>(.*?)</g)].map(([, one = '']) => one);
      expect(elements.length + found.length).to.be.at.most(max);
      entries.push(...elements.map((one) => `${text('Key', one)} ${text(id, one)}`));
      groups.push(...found);
      if (text('IsTruncated') === 'false') return { entries, groups };
      const [key, next] = [text('NextKeyMarker'), text(`Next${idMarker}`)];
      expect(key).to.be.a('string');
      markers = {
        'key-marker': key ?? '',
        ...(next !== undefined && {
          [idMarker === 'VersionIdMarker' ? 'version-id-marker' : 'upload-id-marker']: next,
        }),
      };
    }
    throw new Error('the listing does not end');
  };

  const expected = (names: readonly string[], prefix: string, delimiter: string): Listed => {
    const within = names.filter((name) => name.startsWith(prefix));
    const groupOf = (name: string): string | undefined => {
      const key = name.slice(0, name.lastIndexOf(' '));
      const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      return at < 0 ? undefined : key.slice(0, at + delimiter.length);
    };
    return {
      entries: within.filter((name) => groupOf(name) === undefined),
      groups: [...new Set(within.map(groupOf).filter((group) => group !== undefined))],
    };
  };

  const question = fc.record({
    prefix: fc.constantFrom('', 'a', 'a/', 'd', 'é', 'none'),
    delimiter: fc.constantFrom('', '/', '2/', 'x'),
    max: fc.integer({ min: 1, max: 9 }),
  });

  it('gives each version or its group once, whatever the page', async () => {
    const names = { id: 'VersionId', tag: 'Version|DeleteMarker' };
    await fc.assert(
      fc.asyncProperty(question, async ({ prefix, delimiter, max }) => {
        const query = { versions: '', prefix, ...(delimiter && { delimiter }), 'max-keys': String(max) };
        expect(await all(query, names, 'VersionIdMarker')).to.deep.equal(
          expected(versions, prefix, delimiter),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('gives each upload or its group once, whatever the page', async () => {
    const names = { id: 'UploadId', tag: 'Upload' };
    await fc.assert(
      fc.asyncProperty(question, async ({ prefix, delimiter, max }) => {
        const query = { uploads: '', prefix, ...(delimiter && { delimiter }), 'max-uploads': String(max) };
        expect(await all(query, names, 'UploadIdMarker')).to.deep.equal(expected(uploads, prefix, delimiter));
      }),
      { numRuns: 60 },
    );
  });
});
