import type { PassThrough } from '@store/core';

export function listParameters(pass: PassThrough | undefined) {
  return {
    RequestPayer: pass?.requestPayer ? ('requester' as const) : undefined,
    ExpectedBucketOwner: pass?.expectedBucketOwner,
  };
}

export function deleteParameters(pass: PassThrough | undefined) {
  return { ...listParameters(pass), MFA: pass?.mfa, BypassGovernanceRetention: pass?.bypassGovernance };
}
