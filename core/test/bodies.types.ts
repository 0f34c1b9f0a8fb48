// Compiled, never run: with Node's types alone, and by dom/ with those of browsers beside them.
import { Readable } from 'node:stream';
import { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { ObjectBody, ObjectStore } from '@store/core';

export const bodies: readonly ObjectBody[] = [
  new ArrayBuffer(1),
  new Uint8Array(1),
  Buffer.from(''),
  new Blob(['']),
  new Response(''),
  new ReadableStream<Uint8Array>(),
  new NodeReadableStream<Uint8Array>(),
  Readable.from(['']),
  new TransformStream<string, Uint8Array>().readable,
];

export async function handlers(store: ObjectStore): Promise<Response> {
  const answer = await fetch('https://example.com/');
  await store.put('whole', answer);
  if (answer.body) await store.put('body', answer.body);
  const stored = await store.get('whole');
  const { a } = await stored.json<{ readonly a: number }>();
  const unknown: unknown = await stored.json();
  // @ts-expect-error Without a type nothing is known of it.
  const known: { a: number } = unknown;
  return a > 0 ? new Response(stored.stream()) : Response.json(known);
}

// @ts-expect-error An object is no body.
export const none: ObjectBody = { a: 1 };
// @ts-expect-error Neither is a stream of something else than bytes.
export const numbers: ObjectBody = new NodeReadableStream<number>();
