import { createHash, createHmac } from 'node:crypto';
import { startGateway, type Gateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import type { StoreDriver } from '@store/core';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { KEYS, RawClient } from './raw-client.js';

interface Upload {
  readonly fields?: Readonly<Record<string, string>>;
  readonly conditions?: readonly unknown[];
  readonly file?: string;
  readonly fileName?: string;
  readonly expiresInMs?: number;
  /** In place of that. */
  readonly expiration?: string;
  readonly unsigned?: boolean;
  readonly accessKeyId?: string;
  readonly secret?: string;
  readonly bucket?: string;
  /** The policy says nothing of the bucket. */
  readonly anyBucket?: boolean;
  /** Changes the policy when it has been signed. */
  readonly forged?: readonly unknown[];
}

describe('gateway, forms of browsers', () => {
  let gateway: Gateway;
  let driver: StoreDriver;
  beforeEach(async () => {
    driver = memoryDriver();
    gateway = await startGateway({
      stores: { demo: driver, other: memoryDriver() },
      credentials: [
        KEYS,
        { accessKeyId: 'READER', secretAccessKey: 'secret', readOnly: true },
        { accessKeyId: 'TEAM', secretAccessKey: 'secret', within: ['demo/team/'] },
      ],
    });
  });
  afterEach(() => gateway.close());

  const post = async (upload: Upload = {}) => {
    const { fields = {}, conditions = [], file = 'content', expiresInMs = 60_000, bucket = 'demo' } = upload;
    const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
    const signed: Record<string, string> = {
      key: 'up/${filename}',
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': `${upload.accessKeyId ?? KEYS.accessKeyId}/${scope}`,
      'x-amz-date': date,
      ...fields,
    };
    const own = ['x-amz-algorithm', 'x-amz-credential', 'x-amz-date'].map((name) => ({
      [name]: signed[name],
    }));
    const all = [
      ...(upload.anyBucket ? [] : [{ bucket: 'demo' }]),
      ['starts-with', '$key', ''],
      ...own,
      ...conditions,
    ];
    const { expiration = new Date(Date.now() + expiresInMs).toISOString() } = upload;
    const encode = (list: readonly unknown[]) =>
      Buffer.from(JSON.stringify({ expiration, conditions: list })).toString('base64');
    let key: Buffer = Buffer.from(`AWS4${upload.secret ?? KEYS.secretAccessKey}`);
    for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
    const form = new FormData();
    for (const [name, value] of Object.entries(signed)) form.set(name, value);
    form.set('Policy', encode([...all, ...(upload.forged ?? [])]));
    if (!upload.unsigned)
      form.set('X-Amz-Signature', createHmac('sha256', key).update(encode(all)).digest('hex'));
    form.set('file', new Blob([file]), upload.fileName ?? 'photo.jpg');
    const answer = await fetch(`${gateway.url}/${bucket}`, {
      method: 'POST',
      body: form,
      redirect: 'manual',
    });
    const text = await answer.text();
    return { status: answer.status, code: /<Code>(\w+)/.exec(text)?.[1], text, headers: answer.headers };
  };
  const keys = async () =>
    (await driver.list.page({ prefix: '', maxKeys: 9 }, {})).objects.map(({ key }) => key);

  it('need a policy that names the bucket, and may write its words in any case', async () => {
    const refused = await post({ anyBucket: true });
    expect([refused.status, refused.code], refused.text).to.deep.equal([403, 'AccessDenied']);
    expect(refused.text).to.contain('Extra input fields: bucket');
    expect(await keys()).to.deep.equal([]);
    const conditions = [{ bUcKeT: 'demo' }, ['StArTs-WiTh', '$KeY', 'up/'], ['Content-Length-Range', 0, 100]];
    expect((await post({ anyBucket: true, conditions })).status).to.equal(204);
    expect((await post({ conditions: [['Content-Length-Range', 0, 1]] })).code).to.equal('EntityTooLarge');
  });

  it('become objects', async () => {
    const large = 'x\r\n--y'.repeat(100_000);
    const attributes = { 'Content-Type': 'image/jpeg', 'x-amz-meta-by': 'me' };
    const conditions = [
      ['starts-with', '$Content-Type', 'image/'],
      ['eq', '$x-amz-meta-by', 'me'],
    ];
    const { status, text, headers } = await post({ fields: attributes, conditions, file: large });
    expect([status, text]).to.deep.equal([204, '']);
    const info = await driver.read.head({ key: 'up/photo.jpg' }, {});
    expect(info).to.include({ size: large.length, contentType: 'image/jpeg', etag: headers.get('etag') });
    expect(info.metadata).to.deep.equal({ by: 'me' });
  });

  it('have the name of their file in their key as it is', async () => {
    expect((await post({ fileName: "a$&b$'$$.jpg" })).status).to.equal(204);
    expect(await keys()).to.deep.equal(["up/a$&b$'$$.jpg"]);
  });

  it('are answered as they ask', async () => {
    const asking = (name: string, value: string) =>
      post({ fields: { [name]: value }, conditions: [{ [name]: value }] });
    const created = await asking('success_action_status', '201');
    expect(created.status).to.equal(201);
    expect(created.text).to.contain('<Bucket>demo</Bucket><Key>up/photo.jpg</Key><ETag>');
    const url = `${gateway.url}/demo/up/photo.jpg`;
    expect(created.text).to.contain(`<Location>${url}</Location>`);
    expect(created.headers.get('location')).to.equal(url);
    expect((await asking('success_action_status', '200')).status).to.equal(200);
    const { status, headers } = await asking('success_action_redirect', 'https://example.com/done?a=1');
    expect(status).to.equal(303);
    expect(headers.get('location')).to.match(
      /^https:\/\/example\.com\/done\?a=1&bucket=demo&key=up%2Fphoto\.jpg&etag=/,
    );
    for (const elsewhere of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '/done'])
      expect((await asking('success_action_redirect', elsewhere)).status, elsewhere).to.equal(204);
  });

  it('forget no field that means something', async () => {
    const asking = (name: string, value: string) =>
      post({ fields: { [name]: value }, conditions: [{ [name]: value }] });
    for (const [name, value] of [
      ['x-amz-copy-source', '/other/k'],
      ['x-amz-foo', '1'],
      ['Content-Range', 'bytes 0-1/2'],
      ['If-Unmodified-Since', 'Mon, 01 Jan 2001 00:00:00 GMT'],
      ['x-amz-website-redirect-location', '/x'],
    ] as const) {
      const { status, code, text } = await asking(name, value);
      expect([status, code], name).to.deep.equal([501, 'NotImplemented']);
      expect(text).to.contain(name.toLowerCase());
    }
    const md5 = (text: string) => createHash('md5').update(text).digest('base64');
    expect((await asking('Content-MD5', md5('other'))).code).to.equal('BadDigest');
    expect((await asking('If-Match', '"0"')).code).to.be.oneOf(['PreconditionFailed', 'NoSuchKey']);
    expect(await keys()).to.deep.equal([]);
    expect((await asking('Content-MD5', md5('content'))).status).to.equal(204);
    expect((await asking('If-None-Match', '*')).code).to.equal('PreconditionFailed');
    // The name of a button, and what libraries for uploads add.
    expect((await asking('submit', 'Upload')).status).to.equal(204);
  });

  it('have tags, or say what is wrong with them', async () => {
    const send = (tagging: string) =>
      post({ fields: { tagging }, conditions: [['starts-with', '$tagging', '']] });
    const documentOf = (...names: readonly string[]) =>
      `<Tagging><TagSet>${names.map((name) => `<Tag><Key>${name}</Key><Value>a &amp; b=c</Value></Tag>`).join('')}</TagSet></Tagging>`;
    expect((await send('one=1')).code).to.equal('MalformedXML');
    expect((await send(documentOf('one', 'one'))).code).to.equal('InvalidTag');
    expect(await keys()).to.deep.equal([]);
    expect((await send(documentOf('one', 'two +'))).status).to.equal(204);
    const tags = await driver.tags?.get({ key: 'up/photo.jpg' }, {});
    expect(tags).to.deep.equal({ one: 'a & b=c', 'two +': 'a & b=c' });
  });

  it('are taken with the signature of older pages, too', async () => {
    const expiration = new Date(Date.now() + 60_000).toISOString();
    const conditions = [{ bucket: 'demo' }, ['starts-with', '$key', 'up/'], ['content-length-range', 0, 100]];
    const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
    const send = async (key: string, accessKeyId: string, secret: string, file = 'content') => {
      const form = new FormData();
      form.set('key', key);
      form.set('AWSAccessKeyId', accessKeyId);
      form.set('policy', policy);
      form.set('signature', createHmac('sha1', secret).update(policy).digest('base64'));
      form.set('file', new Blob([file]), 'photo.jpg');
      const answer = await fetch(`${gateway.url}/demo`, { method: 'POST', body: form });
      return `${answer.status} ${/<Code>(\w+)/.exec(await answer.text())?.[1] ?? ''}`.trim();
    };
    const { accessKeyId, secretAccessKey } = KEYS;
    expect(await send('up/1', accessKeyId, 'wrong')).to.equal('403 SignatureDoesNotMatch');
    expect(await send('up/1', 'READER', 'secret')).to.equal('403 AccessDenied');
    expect(await send('other/1', accessKeyId, secretAccessKey)).to.equal('403 AccessDenied');
    expect(await send('up/1', accessKeyId, secretAccessKey, 'x'.repeat(101))).to.equal('400 EntityTooLarge');
    expect(await keys()).to.deep.equal([]);
    expect(await send('up/1', accessKeyId, secretAccessKey)).to.equal('204');
    expect(await keys()).to.deep.equal(['up/1']);
  });

  it('are refused when their policy does not allow them, and leave nothing', async () => {
    const refused = async (upload: Upload, expected: string) => {
      const { code, text } = await post(upload);
      expect(code, text).to.equal(expected);
    };
    await refused({ expiresInMs: -1000 }, 'AccessDenied');
    await refused({ secret: 'wrong' }, 'SignatureDoesNotMatch');
    await refused({ forged: [{ acl: 'private' }] }, 'SignatureDoesNotMatch');
    await refused({ accessKeyId: 'NOBODY' }, 'InvalidAccessKeyId');
    await refused({ accessKeyId: 'READER' }, 'AccessDenied');
    await refused({ accessKeyId: 'TEAM' }, 'AccessDenied');
    await refused({ bucket: 'other' }, 'AccessDenied');
    await refused({ conditions: [['starts-with', '$key', 'mine/']] }, 'AccessDenied');
    await refused({ conditions: [['eq', '$key', 'up/${filename}']] }, 'AccessDenied');
    await refused({ fields: { 'x-amz-meta-a': 'not in the policy' } }, 'AccessDenied');
    await refused({ conditions: [['content-length-range', 1, 6]] }, 'EntityTooLarge');
    await refused({ conditions: [['content-length-range', 8, 100]] }, 'EntityTooSmall');
    await refused({ conditions: [['matches', '$key', 'x']] }, 'InvalidPolicyDocument');
    await refused({ conditions: [{}] }, 'InvalidPolicyDocument');
    await refused({ expiration: '2099-01-01 00:00:00' }, 'InvalidPolicyDocument');
    await refused({ unsigned: true }, 'InvalidArgument');
    await refused({ fields: { acl: 'public-read' }, conditions: [{ acl: 'public-read' }] }, 'NotImplemented');
    expect(await keys()).to.deep.equal([]);
    await post({
      accessKeyId: 'TEAM',
      fields: { key: 'team/1' },
      conditions: [['content-length-range', 7, 7]],
    });
    expect(await keys()).to.deep.equal(['team/1']);
  });

  it('that are none are refused, without reading on', async () => {
    const type = { 'content-type': 'multipart/form-data; boundary=b' };
    const send = async (body: string, headers: Record<string, string> = type) => {
      const answer = await fetch(`${gateway.url}/demo`, { method: 'POST', body, headers });
      return `${answer.status} ${/<Code>(\w+)/.exec(await answer.text())?.[1]}`;
    };
    expect(await send('')).to.equal('400 MalformedPOSTRequest');
    expect(await send('x', { 'content-type': 'multipart/form-data' })).to.equal('400 MalformedPOSTRequest');
    const file = '--b\r\ncontent-disposition: form-data; name="file"\r\n\r\nx\r\n--b--';
    expect(await send(file)).to.equal('400 InvalidArgument');
    const key = '--b\r\ncontent-disposition: form-data; name="key"\r\n\r\nk\r\n';
    expect(await send(key + file)).to.equal('403 AccessDenied');
    expect(await send(key + key + file)).to.equal('400 MalformedPOSTRequest');
    const client = new RawClient(gateway.url);
    client.send('POST /demo HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\n');
    client.send('content-length: 1000000000\r\n\r\n--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n');
    const taken = await client.flood(Buffer.alloc(65_536, 'x'), 200_000_000);
    expect(taken).to.be.lessThan(50_000_000);
    expect(client.received).to.contain('MaxPostPreDataLengthExceeded');
    expect(await keys()).to.deep.equal([]);
  });
}).timeout(20_000);
