import { memoryDriver } from '@store/memory';
import { describeGateway } from './describe-gateway.js';

const driver = memoryDriver({ versioning: 'enabled' });
await describeGateway('a versioned memory store', driver, { conditionalDelete: 'batch' }, {});
