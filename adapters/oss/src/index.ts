export { oss } from './adapter.js';
export type { OssConfig, StsCredentials } from './config.js';
export { checkJob } from './jobs/job-check.js';
export { JOB_STATUSES } from './jobs/job.js';
export type * from './jobs/job.js';
export { OssJobs } from './jobs/jobs.js';
export { OssDriver } from './driver.js';
