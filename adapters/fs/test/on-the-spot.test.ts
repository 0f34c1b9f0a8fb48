import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileCalls } from '#src/file-calls.js';
import { OnTheSpot } from '#src/on-the-spot.js';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';

describe('fs: calls on the spot', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-fs-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  /** Makes calls that take so many milliseconds. @returns how many of them threads made */
  async function inThreads(spot: OnTheSpot, times: number, ms = 0): Promise<number> {
    let made = 0;
    const call = (): void => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    };
    for (let i = 0; i < times; i++)
      await spot.make(call, async () => {
        made++;
      });
    return made;
  }

  it('leave the rest of the process its turn', async () => {
    const calls = new FileCalls(root, true);
    const turns = { had: 0 };
    setTimeout(() => {
      turns.had++;
    }, 20);
    const giveUp = performance.now() + 10_000;
    while (turns.had === 0 && performance.now() < giveUp) await calls.lookAt(root);
    expect(turns.had).to.equal(1);
  });

  it('are left to threads while the disk is slow', async () => {
    const spot = new OnTheSpot(root, true);
    expect(await inThreads(spot, 100)).to.equal(0);
    expect(await inThreads(spot, 100, 2)).to.be.within(1, 99);
    expect(await inThreads(spot, 10)).to.equal(10);
  });

  it('stay there when a single one takes long: the processor was busy elsewhere', async () => {
    const spot = new OnTheSpot(root, true);
    expect(await inThreads(spot, 1, 100)).to.equal(0);
    expect(await inThreads(spot, 3)).to.equal(0);
    // A disk that takes so long for each is found out soon.
    expect(await inThreads(spot, 8, 50)).to.be.within(1, 7);
  });

  it('are left to threads where the disk is not of this machine', async function () {
    // A file system that is no disk, on every Linux.
    if (process.platform !== 'linux') return this.skip();
    expect(await inThreads(new OnTheSpot('/proc'), 3)).to.equal(3);
    expect(await inThreads(new OnTheSpot(root), 3)).to.equal(0);
  });

  it('begin when the directory is there', async function () {
    if (process.platform !== 'linux') return this.skip();
    const path = join(root, 'later');
    const spot = new OnTheSpot(path);
    expect(await inThreads(spot, 3)).to.equal(3);
    await mkdir(path);
    expect(await inThreads(spot, 3)).to.equal(0);
  });

  for (const onTheSpot of [true, false])
    it(`say what is there and what is not, ${onTheSpot ? 'on the spot' : 'in threads'}`, async () => {
      const calls = new FileCalls(root, onTheSpot);
      const path = join(root, `file-${onTheSpot}`);
      const fd = await calls.open(path, 'wx+');
      const bytes = Buffer.alloc(100_000, 'x');
      expect(await calls.write(fd, bytes, 0, 10)).to.equal(10);
      expect(await calls.write(fd, bytes, 10, bytes.length - 10)).to.equal(bytes.length - 10);
      const found = Buffer.alloc(bytes.length);
      expect(await calls.read(fd, found, 0, 10, 0)).to.equal(10);
      expect(await calls.read(fd, found, 10, bytes.length - 10, 10)).to.equal(bytes.length - 10);
      expect(found.equals(bytes)).to.equal(true);
      await calls.futimes(fd, new Date(0), new Date(1000));
      await calls.fchmod(fd, 0o600);
      await calls.close(fd);
      await calls.rename(path, `${path}-renamed`);
      expect((await calls.lookAt(`${path}-renamed`))?.mtimeMs).to.equal(1000n);
      expect((await calls.lookThrough(`${path}-renamed`))?.size).to.equal(100_000n);
      await calls.unlink(`${path}-renamed`);
      for (const gone of [path, join(root, 'none', 'x')])
        expect(await calls.lookAt(gone)).to.equal(undefined);
      const failure = await calls.unlink(path).catch((error: unknown) => error);
      expect(failure).to.have.property('code', 'ENOENT');
    });
});
