import { memoryDriver } from '@store/memory';
import { describeGateway } from './describe-gateway.js';

await describeGateway('a versioned memory store', memoryDriver({ versioning: 'enabled' }), {
  conditionalDelete: 'batch',
});
