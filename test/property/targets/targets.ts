import { fsTarget } from './fs-target.js';
import { memoryTarget } from './memory-target.js';
import type { Target } from './target.js';

export const TARGETS: readonly Target[] = [memoryTarget, fsTarget];
