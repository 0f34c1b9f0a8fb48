import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rm, rmdir, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '@store/core';
import { isGone, processMark } from '@store/driver/extend';

/** A directory in the spool: whose it is (a process, when that began, where), and something that no other has. */
const NAME = /^gateway-(\d+-\d+-[0-9a-f]{16})-[0-9a-f-]{36}$/;

/** How often a gateway says that it is there, and for how long it is believed, in milliseconds. */
const HEARTBEAT_MS = 60_000;
const BELIEVED_MS = 10 * HEARTBEAT_MS;

/** Where gateways of this user keep parts, when nobody says otherwise. */
export function defaultSpool(): string {
  return join(tmpdir(), `store-gateway-${process.getuid?.() ?? 'user'}`);
}

/**
 * The directory of one running gateway inside of the spool, which others share. What a gateway leaves behind that was killed
 * is removed by the next one: a name says which process it was, and when that began.
 */
export class SpoolDirectory {
  readonly #spool: string;
  readonly #own = `gateway-${processMark()}-${randomUUID()}`;
  #made: Promise<string> | undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  /** @param spool is made when the first part comes */
  constructor(spool: string) {
    this.#spool = spool;
  }

  /**
   * The path, made when it is not there: for the first time, or again when somebody cleaned up.
   *
   * @throws StoreError `AccessDenied` when the spool is another user's
   */
  async path(): Promise<string> {
    const made = this.#makeOnce();
    const path = await made;
    if (await isThere(path)) return path;
    if (this.#made === made) this.#made = undefined;
    return this.#makeOnce();
  }

  /**
   * Removes what dead gateways left.
   *
   * @throws StoreError `AccessDenied` when the spool is another user's; `InvalidConfig` when it cannot be read
   */
  async sweep(): Promise<void> {
    const names = await namesIn(this.#spool);
    if (names.length > 0) await checkOwner(this.#spool);
    for (const name of names) {
      const path = join(this.#spool, name);
      if (name === this.#own || !(await isDead(path, name))) continue;
      await removeAll(path);
    }
  }

  /**
   * Makes the directory of this gateway and removes it, so that it is known before the first part comes whether that can be.
   *
   * @throws StoreError `AccessDenied` when the spool is another user's; `InvalidConfig` when it cannot be written
   */
  async check(): Promise<void> {
    try {
      await rmdir(await this.#makeOwn());
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new StoreError('InvalidConfig', `the spool directory ${this.#spool} cannot be written: ${why}`);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    if (this.#made) await removeAll(join(this.#spool, this.#own));
  }

  /** What fails is tried again by the next one that asks. */
  #makeOnce(): Promise<string> {
    if (this.#made) return this.#made;
    const made = this.#make();
    this.#made = made;
    made.catch(() => {
      if (this.#made === made) this.#made = undefined;
    });
    return made;
  }

  async #make(): Promise<string> {
    const path = await this.#makeOwn();
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => undefined);
    }, HEARTBEAT_MS).unref();
    return path;
  }

  async #makeOwn(): Promise<string> {
    const path = join(this.#spool, this.#own);
    // What is in it is nobody else's business.
    await mkdir(this.#spool, { recursive: true, mode: 0o700 });
    await checkOwner(this.#spool);
    await mkdir(path, { mode: 0o700 });
    return path;
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** None where there is no directory yet. */
async function namesIn(spool: string): Promise<string[]> {
  try {
    return await readdir(spool);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError('InvalidConfig', `the spool directory ${spool} cannot be read: ${why}`);
  }
}

/** In a directory for all, such as `/tmp`, somebody else may have been there first. */
async function checkOwner(spool: string): Promise<void> {
  const { uid } = await lstat(spool);
  if (process.getuid === undefined || [0, process.getuid()].includes(uid)) return;
  throw new StoreError('AccessDenied', `the spool directory ${spool} belongs to another user`);
}

/** What is no gateway's is left alone. */
async function isDead(path: string, name: string): Promise<boolean> {
  const [, mark] = NAME.exec(name) ?? [];
  if (mark === undefined) return false;
  const gone = isGone(mark);
  if (gone !== undefined) return gone;
  // Of another machine or container: its processes cannot be seen from here.
  const seen = await lstat(path).catch(() => undefined);
  return seen !== undefined && Date.now() - seen.mtimeMs > BELIEVED_MS;
}

/** Tries again while parts that were on their way still come. */
export function removeAll(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
