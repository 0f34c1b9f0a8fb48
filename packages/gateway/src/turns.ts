import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Most requests of one connection that wait for the one before them; clients of S3 send none. */
const MAX_WAITING = 100;

/**
 * The requests of one connection, one after the other: who sends the next one without waiting for an answer gets its answers
 * in this order, and no more of the store than anybody else.
 */
export class Turns {
  readonly #waiting = new WeakMap<Socket, (() => void)[]>();

  /**
   * Begins when the requests before it have their answers. A connection with too many of them is closed behind its answers;
   * what comes on it further is not heard.
   */
  take(response: ServerResponse, begin: () => void): void {
    const { socket } = response.req;
    const waiting = this.#waiting.get(socket);
    if (!waiting) {
      this.#waiting.set(socket, []);
      this.#begin(response, begin);
    } else if (waiting.length < MAX_WAITING) {
      waiting.push(() => this.#begin(response, begin));
    } else {
      socket.pause();
      if (waiting.length === MAX_WAITING) waiting.push(() => socket.destroySoon());
    }
  }

  #begin(response: ServerResponse, begin: () => void): void {
    const { socket } = response.req;
    response.once('close', () => {
      const next = this.#waiting.get(socket)?.shift();
      if (!next) this.#waiting.delete(socket);
      else if (!socket.destroyed) next();
    });
    begin();
  }
}
