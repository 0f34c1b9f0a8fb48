import { openStore } from '@store/core';
import { s3 } from '@store/s3';
import { expect } from 'chai';
import { describe, it } from 'mocha';

async function refusal(settings: Readonly<Record<string, unknown>>): Promise<string> {
  const entry: Readonly<Record<string, unknown>> & { readonly provider: string } = {
    provider: 's3',
    bucket: 'demo',
    ...settings,
  };
  return openStore({ stores: { china: entry } }, { adapters: [s3] }).then(
    () => expect.fail('it was taken'),
    (error: unknown) => String(error),
  );
}

describe('s3: a quirk in the wrong place', () => {
  for (const [written, meant] of [
    ['forcePathStyle', 'forcePathStyle'],
    ['s3ForcePathStyle', 'forcePathStyle'],
    ['force_path_style', 'forcePathStyle'],
    ['disableBatchDelete', 'disableBatchDelete'],
    ['disable_batch_delete', 'disableBatchDelete'],
    ['contentMd5', 'contentMd5'],
    ['content-md5', 'contentMd5'],
    ['content_md5', 'contentMd5'],
  ] as const) {
    it(`${written} is told where to go`, async () => {
      expect(await refusal({ [written]: true })).to.include(
        `stores.china.${written}: unknown key; ${meant} belongs in quirks: write quirks: { ${meant}: … }`,
      );
    });
  }

  it('and so is a key that is no quirk', async () => {
    expect(await refusal({ quirks: { region: 'x' } })).to.include(
      'stores.china.quirks.region: unknown key; region belongs to stores.china itself: write region: …',
    );
  });

  it('in its place, another spelling is told the right one', async () => {
    expect(await refusal({ quirks: { disable_batch_delete: true } })).to.include(
      'did you mean "disableBatchDelete"?',
    );
    expect(await refusal({ access_key_id: 'x' })).to.include('did you mean "accessKeyId"?');
  });
});

describe('s3: an endpoint with credentials', () => {
  for (const endpoint of [
    'http://SECRET@h',
    'http://SECRET@h:x',
    'http://u:SECRET@h',
    'http://u:SECRET/x@h',
  ]) {
    it(`is refused, and not shown: ${endpoint.replace('SECRET', '…')}`, async () => {
      const message = await refusal({ endpoint });
      expect(message).to.include('stores.china.endpoint');
      expect(message).not.to.include('SECRET');
    });
  }
});
