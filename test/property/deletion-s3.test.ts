import { describeDeletion } from './describe-deletion.js';
import { s3Targets } from './targets/s3-targets.js';

describeDeletion(s3Targets);
