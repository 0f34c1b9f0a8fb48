import { readFileSync } from 'node:fs';
import { checkConfig } from '@store/core';
import { ctyun as ctyunAdapter } from '@store/ctyun';
import { fs } from '@store/fs';
import { memory } from '@store/memory';
import { oss as ossAdapter } from '@store/oss';
import { s3 as s3Adapter } from '@store/s3';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { documentedSchema, SCHEMA_FILE } from './config-schema/documented-schema.js';
import { FAULTY_ADAPTERS, Place } from './run-store.js';

const written = readFileSync(SCHEMA_FILE, 'utf8');
const schema = JSON.parse(written) as object;
const check = new Ajv({ allErrors: true, formats: { uri: (text: string) => URL.canParse(text) } }).compile(
  schema,
);

/** What is wrong with a store, as an editor shows it. */
function problems(store: object): string[] {
  return check({ stores: { demo: store } })
    ? []
    : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** What the library does with it. */
function isTaken(store: object): boolean {
  try {
    const env = { BUCKET: 'demo', ENDPOINT: 'https://s3.example.com', PROFILE: 'ceph' };
    const adapters = [s3Adapter, ossAdapter, ctyunAdapter, fs, memory];
    checkConfig({ stores: { demo: store } }, { adapters, env });
    return true;
  } catch {
    return false;
  }
}

const s3 = { provider: 's3', bucket: 'demo' };
const oss = {
  provider: 'oss',
  bucket: 'demo',
  region: 'oss-cn-beijing',
  accessKeyId: 'a',
  accessKeySecret: 'b',
};
const ctyun = { provider: 'ctyun', bucket: 'demo', regionId: 'a', accessKey: 'b', secretKey: 'c' };

describe('the JSON Schema of the configuration', () => {
  it('is up to date (npm run schema writes it)', async () => {
    expect(written).to.equal(await documentedSchema());
  });

  for (const [title, store] of Object.entries({
    s3,
    'a quirk': { ...s3, profile: 'ceph', quirks: { contentMd5: 'auto', disableBatchDelete: true } },
    variables: { ...s3, bucket: '${BUCKET}', endpoint: '${ENDPOINT}', profile: '${PROFILE}' },
    'settings of every store': { ...s3, retry: { maxAttempts: 3 } },
    oss,
    ctyun,
    'one of several kinds': { ...ctyun, dataPlane: 'auto' },
    'another one': { ...ctyun, dataPlane: { endpoint: 'https://x', accessKeyId: 'a', secretAccessKey: 'b' } },
    fs: { provider: 'fs', root: './data', create: true },
    memory: { provider: 'memory', objects: { a: 'b' } },
  })) {
    it(`takes ${title}`, () => {
      expect(problems(store)).to.deep.equal([]);
      expect(isTaken(store)).to.equal(true);
    });
  }

  for (const [title, store, problem] of [
    [
      'a provider that there is not',
      { provider: 's4' },
      '/stores/demo/provider must be equal to one of the allowed values',
    ],
    ['no provider', { bucket: 'demo' }, "/stores/demo must have required property 'provider'"],
    ['no bucket', { provider: 's3' }, "/stores/demo must have required property 'bucket'"],
    ['a misspelt key', { ...s3, regoin: 'x' }, '/stores/demo must NOT have additional properties'],
    [
      'a quirk one level too high',
      { ...s3, forcePathStyle: true },
      '/stores/demo must NOT have additional properties',
    ],
    [
      'a misspelt quirk',
      { ...s3, quirks: { forcePathStile: true } },
      '/stores/demo/quirks must NOT have additional properties',
    ],
    [
      'a key of another provider',
      { provider: 'fs', root: 'a', bucket: 'b' },
      '/stores/demo must NOT have additional properties',
    ],
    ['a number for a text', { ...s3, region: 5 }, '/stores/demo/region must be string'],
    ['a text for a number', { ...s3, maxSockets: '5' }, '/stores/demo/maxSockets must be integer'],
    ['no bucket name', { ...s3, bucket: 'a/b' }, '/stores/demo/bucket must match pattern'],
    [
      'none of the choices',
      { ...s3, profile: 'awz' },
      '/stores/demo/profile must be equal to one of the allowed values',
    ],
    ['what is for code', { ...oss, refreshSts: 'x' }, '/stores/demo must NOT have additional properties'],
    [
      'a misspelt setting',
      { ...s3, retry: { maxAttempt: 3 } },
      '/stores/demo/retry must NOT have additional properties',
    ],
  ] as const) {
    it(`refuses ${title}`, () => {
      expect(problems(store).join('\n')).to.include(problem);
      expect(isTaken(store)).to.equal(false);
    });
  }

  it('knows the keys beside the stores, and no others', () => {
    const stores = { demo: s3 };
    expect(
      check({ $schema: 'x', default: 'demo', stores, gateway: { accessKeyId: 'a', secretAccessKey: 'b' } }),
    ).to.equal(true);
    expect(check({ stores, defualt: 'demo' })).to.equal(false);
    const keys = [{ accessKeyId: 'a', secretFile: 'f', readOnly: true, within: ['demo/a/'] }];
    expect(check({ stores, gateway: { keys } })).to.equal(true);
    expect(check({ stores, gateway: { acessKeyId: 'a' } })).to.equal(false);
    expect(check({ stores, gateway: { keys: [{ secretFile: 'f' }] } })).to.equal(false);
    expect(check({})).to.equal(false);
  });

  it('is printed by the command', async () => {
    await using place = await Place.create();
    const { stdout, code } = await place.run(['config', 'schema']);
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.equal(schema);
  });

  it('is printed with the adapters that the command is given', async () => {
    await using place = await Place.create();
    const { stdout } = await place.run(['config', 'schema', '--adapter', FAULTY_ADAPTERS]);
    const printed: unknown = JSON.parse(stdout);
    expect(printed).to.have.nested.property('definitions.dumb.properties.versioning');
    const extended = new Ajv({ formats: { uri: true } }).compile(printed as object);
    expect(extended({ stores: { a: { provider: 'dumb' }, b: s3 } })).to.equal(true);
    expect(extended({ stores: { a: { provider: 'dumb', versoning: 'off' } } })).to.equal(false);
  });
});
