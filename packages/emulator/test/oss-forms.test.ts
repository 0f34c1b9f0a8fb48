import { createHmac } from 'node:crypto';
import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';

interface Upload {
  readonly fields?: Readonly<Record<string, string>>;
  readonly conditions?: readonly unknown[];
  /** Conditions of version 4 that the policy leaves out. */
  readonly without?: string;
  readonly expiresInMs?: number;
  readonly secret?: string;
  readonly file?: Blob;
}

describe('emulator: forms of OSS', () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await startEmulator({ oss: {}, region: 'cn-beijing', buckets: ['demo'] });
  });
  afterEach(() => emulator.close());

  async function post(upload: Upload = {}): Promise<string> {
    const { conditions = [], expiresInMs = 60_000, secret = 'SK', file = new Blob(['content']) } = upload;
    const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const scope = [date.slice(0, 8), 'cn-beijing', 'oss', 'aliyun_v4_request'];
    const signing = {
      'x-oss-signature-version': 'OSS4-HMAC-SHA256',
      'x-oss-credential': ['AK', ...scope].join('/'),
      'x-oss-date': date,
    };
    const own = Object.entries(signing).filter(([name]) => name !== upload.without);
    const document = {
      expiration: new Date(Date.now() + expiresInMs).toISOString(),
      conditions: [{ bucket: 'demo' }, ...own.map(([name, value]) => ({ [name]: value })), ...conditions],
    };
    const policy = Buffer.from(JSON.stringify(document)).toString('base64');
    let key: Buffer = Buffer.from(`aliyun_v4${secret}`);
    for (const part of scope) key = createHmac('sha256', key).update(part).digest();
    const signature = createHmac('sha256', key).update(policy).digest('hex');
    const form = new FormData();
    const fields = { key: 'k', ...signing, ...upload.fields, policy, 'x-oss-signature': signature };
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', file, 'photo.jpg');
    const answer = await fetch(`${emulator.endpoints.oss}/demo`, { method: 'POST', body: form });
    return /<Code>(\w+)/.exec(await answer.text())?.[1] ?? String(answer.status);
  }

  it('become objects, with fields that the policy does not speak of', async () => {
    const fields = { key: 'up/${filename}', 'x-oss-meta-by': 'me', 'x-oss-server-side-encryption': 'KMS' };
    expect(await post({ fields, conditions: [['starts-with', '$key', 'up/']] })).to.equal('204');
    const info = await emulator.bucket('demo').memory.head({ key: 'up/photo.jpg' }, {});
    expect(info).to.deep.include({
      size: 7,
      metadata: { by: 'me' },
      encryption: { type: 'kms', keyId: undefined },
    });
  });

  it('have the type that was asked for, before that of the file', async () => {
    const typeOf = async (fields: Readonly<Record<string, string>>): Promise<string | undefined> => {
      expect(await post({ fields, file: new Blob(['x'], { type: 'text/part' }) })).to.equal('204');
      return (await emulator.bucket('demo').memory.head({ key: 'k' }, {})).contentType;
    };
    expect(await typeOf({ 'x-oss-content-type': 'text/own', 'Content-Type': 'text/field' })).to.equal(
      'text/own',
    );
    expect(await typeOf({ 'Content-Type': 'text/field' })).to.equal('text/part');
  });

  it('are refused when their policy does not allow them, and leave nothing', async () => {
    expect(await post({ secret: 'wrong' })).to.equal('SignatureDoesNotMatch');
    expect(
      await post({ fields: { 'x-oss-credential': 'NOBODY/20200101/cn-beijing/oss/aliyun_v4_request' } }),
    ).to.equal('AccessDenied');
    expect(await post({ expiresInMs: -1000 })).to.equal('AccessDenied');
    expect(await post({ without: 'x-oss-date' })).to.equal('AccessDenied');
    expect(await post({ conditions: [['eq', '$key', 'another']] })).to.equal('AccessDenied');
    expect(await post({ conditions: [['content-length-range', 1, 6]] })).to.equal('EntityTooLarge');
    expect(await post({ conditions: [['content-length-range', 8, 9]] })).to.equal('EntityTooSmall');
    expect(await post({ fields: { key: '/k' } })).to.equal('InvalidObjectName');
    expect(await post({ fields: { 'x-oss-server-side-encryption': 'none' } })).to.equal(
      'InvalidEncryptionAlgorithmError',
    );
    expect(await emulator.bucket('demo').keys()).to.deep.equal([]);
  });
});
