export { estimate, type EstimateOptions, type PrefixEstimate } from './estimate.js';
export type { Distribution, GroupShare, GroupShares } from './distribution.js';
export { planDeletion, type PlanOptions, type StrategyPlan } from './plan.js';
export { storeTerms, type PricedAdapter, type TermsOptions } from './store-terms.js';
export type { Bin, ClassShare, Share } from './tally.js';
export { earlyDeletions, type EarlyDeletion, type ServiceTerms } from './terms.js';
export type { MinimumDurations, Published, RequestPrices, RequestRate } from './terms.js';
