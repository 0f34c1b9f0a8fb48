import type { MemoryDriver } from '@store/memory';
import { parseStrictly, readRule, type LifecycleRuleText, type ParsedRule } from '@store/s3-server';

const DAY_MS = 86_400_000;

/** What rules deleted. */
export interface LifecycleRun {
  readonly objects: number;
  readonly versions: number;
  readonly markers: number;
  readonly uploads: number;
}

/** A rule, with the JSON that it came as, where it did. */
export interface EmulatedRule extends LifecycleRuleText {
  readonly json?: unknown;
}

/** The lifecycle rules of a bucket. They are carried out when {@link run} is called, not by themselves. */
export class BucketLifecycle {
  rules: readonly EmulatedRule[] | undefined;
  readonly #objects: MemoryDriver;

  constructor(objects: MemoryDriver) {
    this.#objects = objects;
  }

  /** Does what the provider's own engine would have done by this time. */
  async run(now: Date): Promise<LifecycleRun> {
    const run = { objects: 0, versions: 0, markers: 0, uploads: 0 };
    for (const { xml } of this.rules ?? []) {
      const root = parseStrictly(Buffer.from(xml));
      const rule = root && readRule(root);
      if (!rule?.enabled) continue;
      run.objects += await this.#expire(rule, now.getTime());
      const { versions, markers } = await this.#expireVersions(rule, now.getTime());
      run.versions += versions;
      run.markers += markers;
      run.uploads += await this.#abortUploads(rule, now.getTime());
    }
    return run;
  }

  async #expire({ prefix, tags, days, date }: ParsedRule, now: number): Promise<number> {
    if (days === undefined && (date === undefined || date.getTime() > now)) return 0;
    const doomed: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#objects.listPage({ prefix, token, maxKeys: 1000 }, {});
      for (const { key, lastModified } of page.objects) {
        if (days !== undefined && (lastModified?.getTime() ?? now) + days * DAY_MS > now) continue;
        if (await this.#hasTags(key, tags)) doomed.push(key);
      }
      token = page.nextToken;
    } while (token !== undefined);
    for (const key of doomed) await this.#objects.deleteOne({ key }, {});
    return doomed.length;
  }

  async #hasTags(key: string, wanted: ParsedRule['tags']): Promise<boolean> {
    if (wanted.length === 0) return true;
    const tags = await this.#objects.getTags({ key }, {});
    return wanted.every(({ name, value }) => tags[name] === value);
  }

  async #expireVersions(
    { prefix, noncurrentDays, expiredMarkers }: ParsedRule,
    now: number,
  ): Promise<{ versions: number; markers: number }> {
    const run = { versions: 0, markers: 0 };
    if (noncurrentDays === undefined && !expiredMarkers) return run;
    const { versions } = await this.#objects.versionsPage({ prefix, maxKeys: Number.MAX_SAFE_INTEGER }, {});
    for (const [i, { key, versionId, isLatest, deleteMarker }] of versions.entries()) {
      const newer = versions[i - 1];
      const alone = newer?.key !== key && versions[i + 1]?.key !== key;
      const since = newer?.key === key ? (newer.lastModified?.getTime() ?? now) : now;
      const old = noncurrentDays !== undefined && !isLatest && since + noncurrentDays * DAY_MS <= now;
      if (old && !deleteMarker) {
        await this.#objects.deleteOne({ key, versionId }, {});
        run.versions++;
      } else if (expiredMarkers && deleteMarker && alone) {
        await this.#objects.deleteOne({ key, versionId }, {});
        run.markers++;
      }
    }
    return run;
  }

  async #abortUploads({ prefix, uploadsDays }: ParsedRule, now: number): Promise<number> {
    if (uploadsDays === undefined) return 0;
    const { uploads } = await this.#objects.listUploadsPage(
      { prefix, maxUploads: Number.MAX_SAFE_INTEGER },
      {},
    );
    const old = uploads.filter(
      ({ initiated }) => (initiated?.getTime() ?? now) + uploadsDays * DAY_MS <= now,
    );
    for (const { key, uploadId } of old) await this.#objects.abortUpload({ key, uploadId }, {});
    return old.length;
  }
}
