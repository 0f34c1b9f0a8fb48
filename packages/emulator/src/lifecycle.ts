import type { MemoryObjects } from '@store/memory';
import {
  parseStrictly,
  readRule,
  type LifecycleBeside,
  type LifecycleRuleText,
  type ParsedRule,
} from '@store/s3-server';

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
  beside: LifecycleBeside | undefined;
  readonly #objects: MemoryObjects;

  constructor(objects: MemoryObjects) {
    this.#objects = objects;
  }

  /** Does what the provider's own engine would have done by this time. */
  async run(now: Date): Promise<LifecycleRun> {
    const run = { objects: 0, versions: 0, markers: 0, uploads: 0 };
    for (const { xml } of this.rules ?? []) {
      const root = parseStrictly(Buffer.from(xml));
      const rule = root && readRule(root);
      // What is not known can only make a rule's objects fewer.
      if (!rule?.enabled || rule.unknownFilter) continue;
      run.objects += await this.#expire(rule, now.getTime());
      const { versions, markers } = await this.#expireVersions(rule, now.getTime());
      run.versions += versions;
      run.markers += markers;
      run.uploads += await this.#abortUploads(rule, now.getTime());
    }
    return run;
  }

  async #expire(rule: ParsedRule, now: number): Promise<number> {
    const { prefix, days, date, createdBefore } = rule;
    const due = date !== undefined && date.getTime() <= now;
    if (days === undefined && createdBefore === undefined && !due) return 0;
    const doomed: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#objects.list({ prefix, token, maxKeys: 1000 }, {});
      for (const { key, size = 0, lastModified } of page.objects) {
        const written = lastModified?.getTime() ?? now;
        if (days !== undefined && written + days * DAY_MS > now) continue;
        if (createdBefore !== undefined && written >= createdBefore.getTime()) continue;
        if (await this.#isAbout(rule, key, size)) doomed.push(key);
      }
      token = page.nextToken;
    } while (token !== undefined);
    for (const key of doomed) await this.#objects.deleteOne({ key }, {});
    return doomed.length;
  }

  async #isAbout({ tags, except, ...rule }: ParsedRule, key: string, size: number): Promise<boolean> {
    const { largerThan = -1, smallerThan = Infinity } = rule;
    if (size <= largerThan || size >= smallerThan || !(await this.#hasTags(key, tags))) return false;
    for (const one of except)
      if (key.startsWith(one.prefix) && (await this.#hasTags(key, one.tags))) return false;
    return true;
  }

  async #hasTags(key: string, wanted: ParsedRule['tags']): Promise<boolean> {
    if (wanted.length === 0) return true;
    const tags = await this.#objects.getTags({ key }, {});
    return wanted.every(({ name, value }) => tags[name] === value);
  }

  async #expireVersions(
    { prefix, except, noncurrentDays, expiredMarkers }: ParsedRule,
    now: number,
  ): Promise<{ versions: number; markers: number }> {
    const run = { versions: 0, markers: 0 };
    if (noncurrentDays === undefined && !expiredMarkers) return run;
    const { versions } = await this.#objects.listVersions({ prefix, maxKeys: Number.MAX_SAFE_INTEGER }, {});
    for (const [i, { key, versionId, isLatest, deleteMarker }] of versions.entries()) {
      if (isExcepted(key, except)) continue;
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

  async #abortUploads({ prefix, except, uploadsDays }: ParsedRule, now: number): Promise<number> {
    if (uploadsDays === undefined) return 0;
    const { uploads } = await this.#objects.listUploads({ prefix, maxUploads: Number.MAX_SAFE_INTEGER }, {});
    const old = uploads.filter(
      ({ key, initiated }) =>
        (initiated?.getTime() ?? now) + uploadsDays * DAY_MS <= now && !isExcepted(key, except),
    );
    for (const { key, uploadId } of old) await this.#objects.abortUpload({ key, uploadId }, {});
    return old.length;
  }
}

/** Of what has no tags that could be looked at. */
function isExcepted(key: string, except: ParsedRule['except']): boolean {
  return except.some(({ prefix }) => key.startsWith(prefix));
}
