// Test files run side by side, in as many processes as there are cores; two at least, since much of the time
// goes into waiting. Which files is said on the command line, so that one file is `npx mocha FILE`.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

// The README says which Node is needed; the AWS SDK would say it in each of the processes.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

export default {
  parallel: true,
  jobs: Math.max(2, availableParallelism()),
  'forbid-only': true,
  require: fileURLToPath(new URL('test/fixed-seed.mjs', import.meta.url)),
  timeout: 30_000,
  reporter: 'dot',
};
