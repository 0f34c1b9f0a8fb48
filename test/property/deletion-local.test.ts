import { describeDeletion } from './describe-deletion.js';
import { fsTarget } from './targets/fs-target.js';
import { memoryTarget } from './targets/memory-target.js';

describeDeletion([memoryTarget, fsTarget]);
