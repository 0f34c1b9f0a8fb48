import { adapterModule } from '@store/core';
import { memory } from './adapter.js';

/** Makes the adapter known to a container that loads `storeModule`. */
export const memoryModule = adapterModule(memory);
