import type { PassThrough, RequestCharge } from '@store/core';

export function listParameters(pass: PassThrough | undefined) {
  return {
    RequestPayer: pass?.requestPayer ? ('requester' as const) : undefined,
    ExpectedBucketOwner: pass?.expectedBucketOwner,
  };
}

export function deleteParameters(pass: PassThrough | undefined) {
  return { ...listParameters(pass), MFA: pass?.mfa, BypassGovernanceRetention: pass?.bypassGovernance };
}

/** What an answer says of who pays, by the header `x-amz-request-charged`. */
export function chargeOf(answer: { readonly RequestCharged?: string | undefined }): RequestCharge {
  return answer.RequestCharged === 'requester' ? { requestCharged: true } : {};
}
