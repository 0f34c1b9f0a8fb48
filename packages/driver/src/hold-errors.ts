import { EventEmitter } from 'node:events';

/** A stream that fails before anybody reads it would end the process; who reads it later hears of it all the same. */
export function holdErrors(stream: object): void {
  if (stream instanceof EventEmitter) stream.on('error', () => undefined);
}
