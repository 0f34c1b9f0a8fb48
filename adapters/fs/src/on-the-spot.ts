import { statfs } from 'node:fs/promises';

/**
 * File systems of this machine's disks and memory, as Linux numbers them (statfs(2)). Others may wait for a network or
 * another program, for ever if need be. Elsewhere the numbers mean something else, so that threads do all of it there.
 */
const OF_THIS_MACHINE: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0xca451a4e, // bcachefs
  0x794c7630, // overlayfs
  0x01021994, // tmpfs
  0x858458f6, // ramfs
]);

/** What calls take on average when the disk does not have at hand what they ask for, in milliseconds. */
const SLOW_MS = 0.5;

/** Of how many calls that is the average, about. */
const AVERAGED = 32;

/**
 * A call counts as no more, in milliseconds: one that took longer may have waited for the processor, which something else on the
 * machine had. Of a slow disk there are several.
 */
const COUNTED_MS = 5;

/** How long threads do the work after that, in milliseconds. */
const SLOW_FOR_MS = 1000;

/** How long nothing else in the process may get its turn, in milliseconds. */
const LONGEST_TURN_MS = 10;

/**
 * Makes calls of the file system on the spot. Names and small files of a disk are at hand in a few microseconds, and
 * handing a call to one of Node's threads takes several times as long. Threads make the calls where a disk is not of this machine,
 * and while it is slow; and the rest of the process gets its turn in between.
 */
export class OnTheSpot {
  readonly #path: string;
  #isAllowed: boolean | undefined;
  #averageMs = 0;
  #slowUntil = -Infinity;

  /**
   * @param path on the disk that is meant
   * @param isAllowed default: by what kind of file system the path is on
   */
  constructor(path: string, isAllowed = process.platform === 'linux' ? undefined : false) {
    this.#path = path;
    this.#isAllowed = isAllowed;
  }

  /** @param inThread does the same */
  async make<T>(call: () => T, inThread: () => Promise<T>): Promise<T> {
    if (!(this.#isAllowed ?? (await this.#look()))) return inThread();
    const now = performance.now();
    if (now < this.#slowUntil) return inThread();
    const others = turnOfOthers(now);
    if (others) await others;
    const began = others ? performance.now() : now;
    try {
      return call();
    } finally {
      this.#took(performance.now() - began);
    }
  }

  /** A directory that is not there yet is looked at again. */
  async #look(): Promise<boolean> {
    try {
      this.#isAllowed = OF_THIS_MACHINE.has((await statfs(this.#path)).type);
    } catch {
      return false;
    }
    return this.#isAllowed;
  }

  #took(ms: number): void {
    this.#averageMs += (Math.min(ms, COUNTED_MS) - this.#averageMs) / AVERAGED;
    if (this.#averageMs < SLOW_MS) return;
    this.#slowUntil = performance.now() + SLOW_FOR_MS;
    this.#averageMs = 0;
  }
}

/** Since when calls have been made without a turn of the others, and that turn. */
let turn: { readonly since: number; readonly ofOthers: Promise<void> } | undefined;

/** What is to be waited for when it is the others' turn. */
function turnOfOthers(now: number): Promise<void> | undefined {
  turn ??= {
    since: now,
    ofOthers: new Promise((resolve) => {
      setImmediate(() => {
        turn = undefined;
        resolve();
      });
    }),
  };
  return now - turn.since > LONGEST_TURN_MS ? turn.ofOthers : undefined;
}
