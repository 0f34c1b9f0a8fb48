import { Readable } from 'node:stream';

/** A body all of which is in memory: who needs its bytes takes them, and reads no stream. Nothing of it is open, so it need not be destroyed. */
export class WholeBody extends Readable {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    super();
    this.bytes = bytes;
  }

  override _read(): void {
    if (this.bytes.length > 0) this.push(this.bytes);
    this.push(null);
  }
}
