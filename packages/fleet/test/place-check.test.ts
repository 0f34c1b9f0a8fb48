import { PostgresServer } from '@store/conformance';
import { StoreError } from '@store/core';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { openPlace } from '#src/fleet-place.js';
import { checkPlace } from '#src/place-check.js';

const SECRET = 'hunter2-tr0ub4dor';

/** @returns what is said, having seen that it has no password */
async function refusal(url: string): Promise<StoreError> {
  const error: unknown = await checkPlace({ url }).catch((thrown: unknown) => thrown);
  if (!(error instanceof StoreError)) throw new Error('it was not refused', { cause: error });
  expect(`${error.message} ${String(error.cause)}`).not.to.include(SECRET);
  return error;
}

describe('a PostgreSQL that is asked first', function () {
  this.timeout(60_000);
  let server: PostgresServer | undefined;

  before(async function () {
    if (!(await PostgresServer.isInstalled())) return this.skip();
    server = await PostgresServer.start({ password: SECRET });
  });
  after(() => server?.[Symbol.asyncDispose]());

  it('has nothing against a fleet as it is installed', async () => {
    expect(await checkPlace({ url: server?.url ?? '' })).to.deep.equal([]);
  });

  it('says what is wrong, and never the password', async () => {
    const at = `127.0.0.1:${server?.port}`;
    expect(await refusal(`postgres://postgres:${SECRET}x@${at}/postgres`)).to.include({
      code: 'AccessDenied',
    });
    expect((await refusal(`postgres://postgres@${at}/postgres`)).message).to.include('wants a password');
    expect(await refusal(`postgres://postgres:${SECRET}@${at}/nowhere`)).to.include({ code: 'NotFound' });
    expect(await refusal(`postgres://postgres:${SECRET}@127.0.0.1:1/postgres`)).to.include({
      code: 'Unavailable',
    });
    expect(await refusal(`mysql://root:${SECRET}@${at}/postgres`)).to.include({ code: 'InvalidArgument' });
  });

  it('is not waited for by who may not log in', async () => {
    const place = openPlace({ url: `postgres://postgres:${SECRET}x@127.0.0.1:${server?.port}/postgres` });
    const error: unknown = await place.books.runs().catch((thrown: unknown) => thrown);
    await place.close();
    expect(error).to.include({ code: 'AccessDenied' });
  });
});
