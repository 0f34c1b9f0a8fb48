export { gatewayEntry, gatewaySchema, type GatewayEntry } from './gateway-entry.js';
export { startGateway, type Gateway, type GatewayOptions, type GatewayTimeouts } from './gateway.js';
export type { GatewayLogEntry } from './log-entry.js';
export type { GatewayKey } from './rights.js';
export type { StoreSource } from './store-source.js';
