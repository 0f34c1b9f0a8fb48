#!/usr/bin/env node
import { main } from '../dist/main.js';

// The README says which Node is needed; the AWS SDK would say so on stderr in every run.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

process.exitCode = await main(process.argv.slice(2));
