import type { Finding, StoreError } from '@store/driver';
import { regionIn } from '../errors.js';
import { finding, notFoundOut, type Subject } from './subject.js';

/** Clocks that differ by less do no harm; milliseconds. */
const HARMLESS_SKEW_MS = 60_000;

/**
 * Whether the service can be talked to at all: reachable, clock, region, credentials, bucket. What cannot be got
 * over ends the diagnosis.
 */
export async function reach(subject: Subject): Promise<{ findings: Finding[]; goOn: boolean }> {
  const findings: Finding[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    const driver = subject.driver();
    const list = () =>
      subject.outcome('list', () => driver.list.page({ prefix: subject.prefix, maxKeys: 1 }, subject.call));
    const { error } = await list();
    if (!error) {
      findings.unshift(finding('reachable', true), finding('credentials', 'good'));
      return { findings, goOn: true };
    }
    const { code, cause } = error;
    const region = code === 'InvalidConfig' && cause instanceof Error ? regionIn(cause) : undefined;
    if (region !== undefined && region !== subject.config.region) {
      const meaning = `it was ${JSON.stringify(subject.config.region ?? 'not set')}`;
      findings.push(finding('region', region, meaning, { region }));
      subject.config = { ...subject.config, region };
      continue;
    }
    if (error.providerCode === 'RequestTimeTooSkewed' && attempt === 0) {
      const meaning = "this machine's clock differs from the service's by more than 15 minutes; set it right";
      // The SDK corrects itself by the answer, for this client; the others have to be told.
      const good = (await list()).error ? 'unknown' : 'good';
      findings.push(finding('clock', 'wrong', meaning));
      findings.push(finding('credentials', good, 'the other probes need the right time'));
      return { findings, goOn: false };
    }
    return { findings: [...findings, refusal(error)], goOn: isPolicy(error) };
  }
  return { findings, goOn: false };
}

function refusal(error: StoreError): Finding {
  if (error.code === 'Unavailable' || error.code === 'Timeout' || error.code === 'Corrupt')
    return finding('reachable', false, error.reason);
  if (error.code === 'NotFound') return finding('bucket', 'not there', error.reason);
  if (isPolicy(error)) return finding('list', 'denied', 'without s3:ListBucket no prefix can be deleted');
  return error.code === 'AccessDenied'
    ? finding('credentials', 'refused', error.reason)
    : notFoundOut('reachable', error);
}

/** The credentials are known, and may not do this. */
function isPolicy(error: StoreError): boolean {
  const { code, providerCode = 'AccessDenied' } = error;
  return code === 'AccessDenied' && providerCode === 'AccessDenied';
}

/** How addresses can be written, and how far the clocks are apart. */
export async function address(subject: Subject): Promise<readonly Finding[]> {
  const works = async (forcePathStyle: boolean): Promise<boolean> => {
    const driver = subject.driver({ forcePathStyle });
    const page = () => driver.list.page({ prefix: subject.prefix, maxKeys: 1 }, subject.call);
    return (await subject.outcome('list', page)).error === undefined;
  };
  const path = await works(true);
  // The SDK writes the path style where the endpoint is an address of digits, whatever it is told.
  const digits = /^https?:\/\/(?:[\d.]+|\[[^\]]*\])(?::|\/|$)/.test(subject.config.endpoint ?? '');
  const host = !digits && (await works(false));
  const forcePathStyle = path && (!host || subject.quirks.forcePathStyle);
  subject.quirks = { ...subject.quirks, forcePathStyle };
  return [
    finding('path-style addresses', path),
    finding('host-style addresses', digits ? 'not tried' : host),
    finding('addressing', forcePathStyle ? 'path' : 'host', undefined, { forcePathStyle }),
  ];
}

/** Whether the clocks agree, by the `Date` of an answer. */
export async function clock(subject: Subject): Promise<readonly Finding[]> {
  const { region = 'us-east-1', endpoint = `https://s3.${region}.amazonaws.com/` } = subject.config;
  const sentAt = Date.now();
  const request = { method: 'HEAD', redirect: 'manual', signal: subject.signal ?? null } as const;
  const answer = await fetch(endpoint, request).catch(() => undefined);
  const date = Date.parse(answer?.headers.get('date') ?? '');
  if (Number.isNaN(date)) return [finding('clock', 'unknown')];
  const skew = Math.round((date - (sentAt + Date.now()) / 2) / 1000);
  const harmless = Math.abs(skew) * 1000 < HARMLESS_SKEW_MS;
  const seconds = `${Math.abs(skew)} s ${skew > 0 ? 'behind' : 'ahead'}`;
  const meaning = !harmless && `this machine's clock is ${seconds}; at 15 minutes requests are refused`;
  return [finding('clock', harmless ? 'right' : seconds, meaning)];
}
