import { adapterModule } from '@store/core';
import { s3 } from './adapter.js';

/** Makes the adapter known to a container that loads `storeModule`. */
export const s3Module = adapterModule(s3);
