import { fsTarget } from './fs-target.js';
import { memoryTarget } from './memory-target.js';
import { s3Targets } from './s3-targets.js';
import type { Target } from './target.js';

export const TARGETS: readonly Target[] = [memoryTarget, fsTarget, ...s3Targets];
