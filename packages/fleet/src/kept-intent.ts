import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { KeptIntent } from './fleet-books.js';

/** The quickest: keys of a page are much alike. */
const LEVEL = 1;

/** An intent as text, short: a thousand keys are most of what a fleet writes down. */
export function packIntent(intent: KeptIntent): string {
  return deflateRawSync(JSON.stringify(intent), { level: LEVEL }).toString('base64');
}

export function unpackIntent(text: string): KeptIntent {
  // Written by the function above.
  return JSON.parse(inflateRawSync(Buffer.from(text, 'base64')).toString()) as KeptIntent;
}
