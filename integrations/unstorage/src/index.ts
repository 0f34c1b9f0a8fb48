export { storeDriver, type StoreDriverOptions } from './store-driver.js';
