import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, when it began, and where. */
const MARK = /^(\d+)-(\d+)-([0-9a-f]{16})$/;

let own: string | undefined;
let ownWorld: string | undefined;

/**
 * A name for this process that no other has, before it or beside it: files that carry it belong to nobody when
 * {@link isGone} says so. Digits, `a` to `f` and two `-`.
 */
export function processMark(): string {
  own ??= `${process.pid}-${startOf(process.pid)}-${world()}`;
  return own;
}

/** Whether the process with a mark has ended; undefined when that cannot be seen from here, or it is no mark. */
export function isGone(mark: string): boolean | undefined {
  const [, pid = '', start, itsWorld] = MARK.exec(mark) ?? [];
  if (pid === '' || itsWorld !== world()) return undefined;
  return !isRunning(Number(pid)) || startOf(Number(pid)) !== start;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** When a process began, as Linux counts it; process ids are given again. `0` where nobody says. */
function startOf(pid: number): string {
  try {
    // Behind the name, which may hold anything: the 22nd field is the 20th from there.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[19] ?? '0';
  } catch {
    return '0';
  }
}

/** What process ids mean something in: this boot of this machine, and this container on it. */
function world(): string {
  ownWorld ??= createHash('sha256')
    .update(
      [
        hostname(),
        told(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')),
        told(() => readlinkSync('/proc/self/ns/pid')),
      ].join('\n'),
    )
    .digest('hex')
    .slice(0, 16);
  return ownWorld;
}

function told(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
