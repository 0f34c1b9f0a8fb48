import { readFileSync, writeFileSync } from 'node:fs';

/** Begins anew; Linux only. */
export function resetPeakRss(): void {
  globalThis.gc?.();
  try {
    // https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // The peak is then that since the start of the process.
  }
}

/** Peak of the resident memory, in bytes. `resourceUsage` would count the process that this one was forked from. */
export function peakRss(): number {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
