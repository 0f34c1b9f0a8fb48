import { describeDeletion } from './describe-deletion.js';
import { ossTargets } from './targets/oss-targets.js';
import { zosTargets } from './targets/zos-targets.js';

describeDeletion([...ossTargets, ...zosTargets]);
