import { adapterModule } from '@store/core';
import { ctyun } from './adapter.js';

/** Makes the adapter known to a container that loads `storeModule`. */
export const ctyunModule = adapterModule(ctyun);
