export { startGateway, type Gateway, type GatewayLogEntry, type GatewayOptions } from './gateway.js';
export type { Credential } from '@store/s3-server';
