import { describeClosing } from './open-in-each-file.js';

describeClosing('file two');
