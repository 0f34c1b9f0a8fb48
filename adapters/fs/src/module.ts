import { adapterModule } from '@store/core';
import { fs } from './adapter.js';

/** Makes the adapter known to a container that loads `storeModule`. */
export const fsModule = adapterModule(fs);
