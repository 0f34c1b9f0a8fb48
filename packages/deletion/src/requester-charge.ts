import type { PassThrough, RequestCharge } from '@store/driver';
import type { Ledger } from './ledger.js';

/** Says in the report that deletes were paid by who ran them, where nobody agreed to that by `requestPayer`. */
export function tellOfCharge(
  ledger: Ledger,
  pass: PassThrough | undefined,
  { requestCharged }: RequestCharge,
): void {
  if (!requestCharged || pass?.requestPayer) return;
  ledger.warn('the service charged you for deletes, and not the owner of the bucket');
}
