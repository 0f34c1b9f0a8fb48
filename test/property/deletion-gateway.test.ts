import { describeDeletion } from './describe-deletion.js';
import { gatewayTargets } from './targets/gateway-targets.js';

describeDeletion(gatewayTargets);
