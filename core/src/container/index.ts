export { createContainer } from './create-container.js';
export { storeModule } from './store-module.js';
export { OBJECT_STORE } from './token.js';
