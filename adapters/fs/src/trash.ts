import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { lstat, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  StoreError,
  throwIfAborted,
  type BatchDeleteResult,
  type DeletedTarget,
  type DriverCall,
  type FailedTarget,
  type TrashedObject,
  type TrashedTarget,
  type TrashPage,
  type TrashPageRequest,
  type TrashPutRequest,
  type TrashResult,
} from '@store/driver';
import { errnoOf, translate } from './errors.js';
import { PathCheck } from './foreign.js';
import { inTurn } from './in-turn.js';
import { describe } from './describe-object.js';
import { makeDirectories } from './make-directories.js';
import { objectNaming } from './object-naming.js';
import { ObjectTree, PROVIDER } from './object-tree.js';
import { toBinary } from './binary.js';
import { TRASH, type Root } from './root.js';
import { someAtOnce } from './some-at-once.js';
import { Walk } from './walk.js';

/** How often a file is moved again because somebody has removed a directory that was empty. */
const MOVE_ATTEMPTS = 100;

const BIN = /^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$/;

/** What one call puts aside: the time, in milliseconds since the epoch, and something of its own. */
const CALL_ID = /^([0-9]{15})-[0-9a-f]{12}$/;

/**
 * `trash/BIN/CALL/…`: files of objects at the places of their keys, as below `objects/`, in a directory of its own for each
 * call. So no file is ever moved over another one: a key that is deleted twice is there twice.
 *
 * A file is put aside by one `rename`. It comes back by a `link`, which refuses where there is an object, and an `unlink`:
 * killed in between, the process leaves one file with two names, of which the next one removes the second.
 */
export class Trash {
  readonly #root: Root;
  readonly #objects: ObjectTree;
  readonly #fsync: boolean;
  /** So that calls are told apart by their time, too. */
  #lastMs = 0;

  constructor(root: Root, objects: ObjectTree, fsync: boolean) {
    this.#root = root;
    this.#objects = objects;
    this.#fsync = fsync;
  }

  async put({ bin, targets }: TrashPutRequest, { signal }: DriverCall): Promise<BatchDeleteResult> {
    return run('deleteBatch', async () => {
      throwIfAborted(signal, 'deleteBatch');
      await this.#root.readable();
      const aside = await this.#tree(bin, this.#newId());
      const check = this.#objects.pathCheck();
      const directories = { left: new Set<string>(), reached: new Set<string>() };
      const reasons = new Map<string, FailedTarget['reason']>();
      await someAtOnce(new Set(targets.map(({ key }) => key)), async (key) => {
        try {
          const [from, to] = [this.#objects.pathOf(key), aside.pathOf(key)];
          await check.check(from.directories, from.name);
          if (!(await inTurn(from.path, () => move(this.#root.path, from.path, to)))) return;
          directories.left.add(from.directory);
          directories.reached.add(to.directory);
        } catch (error) {
          reasons.set(key, translate(error, 'delete', key));
        }
      });
      for (const directory of directories.reached) await aside.sync(directory);
      await this.#objects.removeEmpty(directories.left);
      const deleted: DeletedTarget[] = [];
      const failed: FailedTarget[] = [];
      for (const target of targets) {
        const reason = reasons.get(target.key);
        if (reason) failed.push({ ...target, reason });
        else deleted.push(target);
      }
      return { deleted, failed };
    });
  }

  async page({ bin, token, maxKeys }: TrashPageRequest, { signal }: DriverCall): Promise<TrashPage> {
    return run('listTrash', async () => {
      const objects: TrashedObject[] = [];
      if (bin !== undefined) checkPlace(BIN.test(bin), bin);
      if (!(await this.#root.readable())) return { objects, truncated: false };
      const [afterBin = '', afterId = '', afterKey = ''] = token === undefined ? [] : decodeToken(token);
      const bins = bin === undefined ? await namesIn(this.#root.trash, BIN) : [bin];
      for (const name of bins.filter((one) => one >= afterBin)) {
        const ids = (await namesIn(join(this.#root.trash, name), CALL_ID)).toReversed();
        for (const id of name === afterBin ? ids.filter((one) => one <= afterId) : ids) {
          const after = name === afterBin && id === afterId ? afterKey : '';
          const walk = new Walk(objectNaming(join(this.#root.trash, name, id)), '', after);
          for (let file = await walk.next(); file; file = await walk.next()) {
            throwIfAborted(signal, 'listTrash');
            const info = file.foreign ? undefined : await describe(this.#root.calls, file);
            if (!info) continue;
            const { key, size } = info;
            objects.push({ bin: name, id, key, size, trashedAt: timeOf(id) });
            if (objects.length < maxKeys) continue;
            await walk.close();
            return { objects, truncated: true, nextToken: encodeToken([name, id, toBinary(key)]) };
          }
        }
      }
      return { objects, truncated: false };
    });
  }

  async restore(targets: readonly TrashedTarget[], call: DriverCall): Promise<TrashResult> {
    const check = this.#objects.pathCheck();
    return this.#each('undo', targets, call, async (file, key) => {
      const { path, directories, name } = this.#objects.pathOf(key);
      await check.check(directories, name);
      if (!(await found(file))) {
        const details = { provider: PROVIDER, operation: 'undo', key };
        throw new StoreError('NotFound', 'it is not in the trash any more', details);
      }
      try {
        await inTurn(path, () => this.#objects.publish(file, key, true, () => this.#root.prepareAgain()));
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'PreconditionFailed') throw error;
        // Of a process that was killed between the two steps; this one is the second.
        if (!(await isOneFile(file, path))) throw error;
      }
      await unlink(file);
    });
  }

  async purge(targets: readonly TrashedTarget[], call: DriverCall): Promise<TrashResult> {
    return this.#each('emptyTrash', targets, call, (file) => unlink(file));
  }

  /** Does something with each file in the trash, and removes the directories that are empty then. */
  async #each(
    operation: 'undo' | 'emptyTrash',
    targets: readonly TrashedTarget[],
    { signal }: DriverCall,
    work: (file: string, key: string) => Promise<void>,
  ): Promise<TrashResult> {
    return run(operation, async () => {
      throwIfAborted(signal, operation);
      await this.#root.readable();
      const done: TrashedTarget[] = [];
      const failed: TrashResult['failed'][number][] = [];
      const directories = new Set<string>();
      const places = new Map<string, Promise<{ readonly tree: ObjectTree; readonly check: PathCheck }>>();
      const workOn = async (target: TrashedTarget): Promise<void> => {
        const { bin, id, key } = target;
        try {
          const place = places.get(`${bin}/${id}`) ?? this.#place(bin, id);
          places.set(`${bin}/${id}`, place);
          const { tree, check } = await place;
          const { directory, path, directories: names, name } = tree.pathOf(key);
          await check.check(names, name);
          directories.add(directory);
          await work(path, key);
          done.push(target);
        } catch (error) {
          const isGone = errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
          if (isGone && operation === 'emptyTrash') done.push(target);
          else failed.push({ ...target, reason: translate(error, operation, key) });
        }
      };
      // Of two of one key the first one is meant, which is the last that was deleted: not the one that is quicker.
      await someAtOnce(sameKeys(targets), async (same) => {
        for (const target of same) await workOn(target);
      });
      await this.#objects.removeEmpty(directories, this.#root.trash);
      return { done, failed };
    });
  }

  async #place(bin: string, id: string) {
    const tree = await this.#tree(bin, id);
    return { tree, check: tree.pathCheck() };
  }

  /** @throws StoreError `InvalidArgument` for names that are none here */
  async #tree(bin: string, id: string): Promise<ObjectTree> {
    checkPlace(BIN.test(bin) && CALL_ID.test(id), `${bin}/${id}`);
    // Behind a symbolic link lie files of others.
    const path = await new PathCheck(this.#root.calls, this.#root.path).checkDirectories([TRASH, bin, id]);
    return new ObjectTree(this.#root.calls, path, this.#root.path, this.#fsync);
  }

  #newId(): string {
    this.#lastMs = Math.max(Date.now(), this.#lastMs + 1);
    return `${String(this.#lastMs).padStart(15, '0')}-${randomBytes(6).toString('hex')}`;
  }
}

/** @throws StoreError `InvalidArgument`, so that no name leads out of the trash */
function checkPlace(isOne: boolean, place: string): void {
  if (isOne) return;
  throw new StoreError('InvalidArgument', `${JSON.stringify(place)} is no place in the trash`, {
    provider: PROVIDER,
  });
}

/** Moves a file to where none is. @returns whether there was one */
async function move(
  root: string,
  from: string,
  to: { readonly directory: string; readonly path: string },
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    // So that what is not there leaves no directories in the trash.
    if (!(await found(from))) return false;
    try {
      await makeDirectories(root, to.directory);
      await rename(from, to.path);
      return true;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt >= MOVE_ATTEMPTS) throw error;
    }
  }
}

async function found(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function isOneFile(a: string, b: string): Promise<boolean> {
  const [one, other] = [await found(a), await found(b)];
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}

/** The names of the trash in a directory, in order; none where there is no such directory. */
async function namesIn(directory: string, shape: RegExp): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && shape.test(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

function timeOf(id: string): Date {
  return new Date(Number(CALL_ID.exec(id)?.[1]));
}

function encodeToken(place: readonly string[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function decodeToken(token: string): string[] {
  try {
    const place: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(place) && place.every((part) => typeof part === 'string')) return place;
  } catch {
    // Said below.
  }
  throw new StoreError('InvalidArgument', 'the continuation token is not one of this store', {
    provider: PROVIDER,
    operation: 'listTrash',
  });
}

async function run<T>(operation: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translate(error, operation);
  }
}

/** Those of one key together, in their order. */
function sameKeys(targets: readonly TrashedTarget[]): Iterable<readonly TrashedTarget[]> {
  const byKey = new Map<string, TrashedTarget[]>();
  for (const target of targets) {
    const same = byKey.get(target.key);
    if (same) same.push(target);
    else byKey.set(target.key, [target]);
  }
  return byKey.values();
}
