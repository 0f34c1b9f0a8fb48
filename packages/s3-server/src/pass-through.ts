import type { PassThrough } from '@store/driver';
import type { Call } from './operation.js';

/** Headers of a delete for a store that knows them. Elsewhere nothing is held that they could set free. */
export function passOf({ request: { headers }, bucket }: Call): PassThrough | undefined {
  const { passThrough } = bucket.objects.delete;
  const mfa = passThrough.includes('mfa') ? headers.get('x-amz-mfa') : undefined;
  const bypassGovernance =
    passThrough.includes('bypassGovernance') && headers.get('x-amz-bypass-governance-retention') === 'true';
  if (mfa === undefined && !bypassGovernance) return undefined;
  return { ...(mfa !== undefined && { mfa }), ...(bypassGovernance && { bypassGovernance }) };
}
