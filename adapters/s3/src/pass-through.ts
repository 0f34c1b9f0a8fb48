import type { PassThrough, RequestCharge } from '@store/driver';
import { headerOf, type AnswerHeaders } from '@store/kit';

export function listHeaders(pass: PassThrough | undefined) {
  return {
    'x-amz-request-payer': pass?.requestPayer ? 'requester' : undefined,
    'x-amz-expected-bucket-owner': pass?.expectedBucketOwner,
  };
}

export function deleteHeaders(pass: PassThrough | undefined) {
  return {
    ...listHeaders(pass),
    'x-amz-mfa': pass?.mfa,
    'x-amz-bypass-governance-retention': pass?.bypassGovernance ? 'true' : undefined,
  };
}

/** What an answer says of who pays. */
export function chargeOf(headers: AnswerHeaders): RequestCharge {
  return headerOf(headers, 'x-amz-request-charged') === 'requester' ? { requestCharged: true } : {};
}
