export { oss } from './adapter.js';
export type { OssConfig, StsCredentials } from './config.js';
export {
  expireByJob,
  type ExpirationByJob,
  type ExpireByJobOptions,
  type ExpireByJobPlaces,
} from './jobs/expire-by-job.js';
export { checkJob } from './jobs/job-check.js';
export type { JobOutcome, ReadJobReportOptions } from './jobs/job-report.js';
export { JOB_STATUSES } from './jobs/job.js';
export type * from './jobs/job.js';
export type { TagJobRequest, WaitForJobOptions } from './jobs/job-options.js';
export { OssJobs } from './jobs/jobs.js';
export { openJobs, type OpenJobsOptions } from './jobs/open-jobs.js';
export { ossDriver, type OssDriver } from './driver.js';
