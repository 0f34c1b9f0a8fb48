import { StoreError } from '@store/driver';
import { headerOf, type AnswerHeaders } from '@store/kit';

/**
 * Holds the checksums of an answer against those that were sent: S3 tells what it has made of the content
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html). A service that tells none is believed.
 *
 * @throws StoreError `Corrupt` when the service has something else
 */
export function checkChecksum(answer: AnswerHeaders, sent: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(sent)) {
    const said = headerOf(answer, name);
    if (said === undefined || said === value || !name.startsWith('x-amz-checksum-')) continue;
    const message = `the answer has ${name}: ${said}, and what was sent has ${value}: what is there now may be something else`;
    throw new StoreError('Corrupt', message, { retryable: false });
  }
}
