// What a put in parts makes of a lost answer to its last request.
import { errorOf } from '@store/conformance';
import { createObjectStore, StoreError, type StoreDriver } from '@store/core';
import { memoryDriver, MemoryObjects } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const retry = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 2 };
const BODY = 'twelve bytes';

/** A store whose first answer to the end of an upload is lost. @param before what is done at that moment */
function withLostAnswer(before: (driver: StoreDriver) => Promise<unknown> = () => Promise.resolve()) {
  const inner = memoryDriver({}, new MemoryObjects());
  const { multipart } = inner;
  if (!multipart) throw new Error('there are no parts');
  let lost = false;
  const complete: typeof multipart.complete = async (request, call) => {
    const written = await multipart.complete(request, call);
    if (lost) return written;
    lost = true;
    await before(inner);
    throw new StoreError('Unavailable', 'the connection was reset', { unanswered: 'ECONNRESET' });
  };
  return createObjectStore({ ...inner, multipart: { ...multipart, complete } }, { retry });
}

describe('an upload in parts whose last answer is lost', () => {
  it('has been written, when the object is the one of its parts', async () => {
    const store = withLostAnswer();
    const { etag } = await store.put('a', BODY, { partBytes: 5 });
    expect(etag)
      .to.match(/-3"$/)
      .and.to.equal((await store.head('a')).etag);
    expect(await (await store.get('a')).text()).to.equal(BODY);
  });

  it('is unconfirmed when somebody else has written meanwhile, or nothing is there', async () => {
    const others = [
      (driver: StoreDriver) => driver.write.put({ key: 'a', body: Buffer.from(BODY) }, {}),
      (driver: StoreDriver) => driver.delete.one({ key: 'a' }, {}),
    ];
    for (const other of others) {
      const error = await errorOf(withLostAnswer(other).put('a', BODY, { partBytes: 5 }), 'Unconfirmed');
      expect(error.message).to.match(/may have been written; look at it/);
    }
  });
});
