import { adapterModule } from '@store/core';
import { oss } from './adapter.js';

/** Makes the adapter known to a container that loads `storeModule`. */
export const ossModule = adapterModule(oss);
