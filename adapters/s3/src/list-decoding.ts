import { StoreError } from '@store/core';

/**
 * Listings are asked for with `encoding-type=url`, because XML cannot carry every key (without it CR LF becomes
 * LF, which is another key). The SDK does not decode them. S3 encodes as forms do, with `+` for a space.
 *
 * @param encodingType of the answer: services that ignore the parameter do not send it back, and send keys as they are
 */
export function listDecoder(encodingType: string | undefined): (text: string | undefined) => string {
  if (encodingType !== 'url') return (text) => text ?? '';
  return (text) => {
    try {
      return decodeURIComponent((text ?? '').replaceAll('+', ' '));
    } catch {
      throw new StoreError(
        'Corrupt',
        `the listing names a key that is not encoded rightly: ${JSON.stringify(text)}`,
      );
    }
  };
}
