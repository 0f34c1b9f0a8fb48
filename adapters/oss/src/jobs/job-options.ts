import type { Abortable } from '@store/core';
import { defineOptions, optionTypes as types, type OptionTable } from '@store/driver';
import * as v from 'valibot';
import type { Job } from './job.js';
import type { ReadJobReportOptions } from './job-report.js';

export interface WaitForJobOptions extends Abortable {
  /** How often the job is looked at, in milliseconds. Default 10 000. */
  readonly pollMs?: number | undefined;
  /** Called when the job has been looked at. */
  readonly onProgress?: ((job: Job) => void) | undefined;
}

export interface TagJobRequest {
  /** In `OssJobs.bucket`. */
  readonly prefix: string;
  /** A list (`OssJobs.manifestOf`) of the objects; without one, everything under the prefix. */
  readonly manifest?:
    { readonly bucket: string; readonly key: string; readonly etag?: string | undefined } | undefined;
  readonly tag: { readonly name: string; readonly value: string };
  readonly reportBucket: string;
  readonly reportPrefix?: string | undefined;
  /** The role that OSS works as. */
  readonly role: string;
  readonly confirmationRequired?: boolean | undefined;
}

const call = { signal: { type: types.signal } } as const satisfies OptionTable<Abortable>;

function callOptions(method: string) {
  return defineOptions<Abortable>()(`jobs.${method}`, call);
}

/** What each method of `OssJobs` takes. */
export const JOB_OPTIONS = {
  create: callOptions('create'),
  describe: callOptions('describe'),
  list: callOptions('list'),
  updatePriority: callOptions('updatePriority'),
  confirm: callOptions('confirm'),
  cancel: callOptions('cancel'),
  wait: defineOptions<WaitForJobOptions>()('jobs.wait', {
    ...call,
    pollMs: { type: types.duration, default: 10_000 },
    onProgress: { type: types.callback },
  }),
  readReport: defineOptions<ReadJobReportOptions>()('jobs.readReport', {
    ...call,
    manifestKey: { type: types.text },
    onFailure: { type: types.callback },
  }),
  tagging: defineOptions<TagJobRequest>()('jobs.tagging', {
    prefix: { type: types.text, needed: true },
    manifest: {
      type: () => v.strictObject({ bucket: v.string(), key: v.string(), etag: v.optional(v.string()) }),
    },
    tag: { type: () => v.strictObject({ name: v.string(), value: v.string() }), needed: true },
    reportBucket: { type: types.text, needed: true },
    reportPrefix: { type: types.text },
    role: { type: types.text, needed: true },
    confirmationRequired: { type: types.flag },
  }),
};
