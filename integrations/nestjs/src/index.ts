export { InjectStore, storeToken } from './inject-store.js';
export { StoreModule, type StoreModuleAsyncOptions, type StoreModuleOptions } from './store-module.js';
