import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { closeOf } from '@store/s3-server';

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
   * what comes on it further is not heard. Nor is what comes behind an answer that closes the connection:
   * https://www.rfc-editor.org/rfc/rfc9112#section-9.6
   */
  take(response: ServerResponse, begin: () => void): void {
    const { socket } = response.req;
    if (!socket.writable) return;
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
    void closeOf(response).then(() => this.#goOn(socket));
    begin();
  }

  #goOn(socket: Socket): void {
    const next = socket.writable ? this.#waiting.get(socket)?.shift() : undefined;
    if (next) next();
    else this.#waiting.delete(socket);
  }
}
