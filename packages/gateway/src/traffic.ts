import type { Socket } from 'node:net';

interface Moved {
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** How many bytes went over connections since they were last looked at, headers included. */
export class Traffic {
  readonly #seen = new WeakMap<Socket, Moved>();

  since(socket: Socket): Moved {
    const before = this.#seen.get(socket) ?? { bytesIn: 0, bytesOut: 0 };
    const now = { bytesIn: socket.bytesRead, bytesOut: socket.bytesWritten };
    this.#seen.set(socket, now);
    return { bytesIn: now.bytesIn - before.bytesIn, bytesOut: now.bytesOut - before.bytesOut };
  }
}
