import { fsTarget } from './fs-target.js';
import { gatewayTargets } from './gateway-targets.js';
import { memoryTarget } from './memory-target.js';
import { ossTargets } from './oss-targets.js';
import { s3Targets } from './s3-targets.js';
import type { Target } from './target.js';
import { zosTargets } from './zos-targets.js';

/** CTYUN OOS is among the profiles of S3. */
export const TARGETS: readonly Target[] = [
  memoryTarget,
  fsTarget,
  ...s3Targets,
  ...ossTargets,
  ...zosTargets,
  ...gatewayTargets,
];
