/** For packages that build on core; applications and adapters need none of it. */
export { interpolate, type Environment } from './config/interpolate.js';
