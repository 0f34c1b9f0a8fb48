export {
  gatewayEntry,
  gatewaySchema,
  keysOf,
  readKeysFile,
  type GatewayEntry,
  type KeyEntry,
} from './gateway-entry.js';
export {
  startGateway,
  type CloseOptions,
  type Gateway,
  type GatewayOptions,
  type GatewayTimeouts,
} from './gateway.js';
export type { TlsFiles } from './listener.js';
export { logLine, type GatewayLogEntry } from './log-entry.js';
export type { GatewayKey } from './rights.js';
export type { StoreSource } from './store-source.js';
