import type { LogEntry } from '@store/emulator';
import type { Requests } from './protocol.js';

const LATE_MS = 10_000;

/** Counts the requests of one run. */
export class RequestCounts {
  #firstAt: number | undefined;
  #list = 0;
  #delete = 0;
  #throttled = 0;
  #other = 0;
  #lateDeletes = 0;
  #lateThrottled = 0;

  add({ operation, status, time }: LogEntry): void {
    const at = Date.parse(time);
    this.#firstAt ??= at;
    const isDelete = /^Delete|delete/i.test(operation);
    const isList = !isDelete && /list|GetBucket$/i.test(operation);
    const throttled = status === 503 || status === 429;
    if (isDelete) this.#delete++;
    else if (isList) this.#list++;
    else this.#other++;
    if (throttled) this.#throttled++;
    if (!isDelete || at - this.#firstAt < LATE_MS) return;
    this.#lateDeletes++;
    if (throttled) this.#lateThrottled++;
  }

  get requests(): Requests {
    return {
      list: this.#list,
      delete: this.#delete,
      throttled: this.#throttled,
      other: this.#other,
      lateDeletes: this.#lateDeletes,
      lateThrottled: this.#lateThrottled,
    };
  }
}
