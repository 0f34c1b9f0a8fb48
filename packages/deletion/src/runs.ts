/** The runs themselves: a store loads them with its first deletion. */
export { deleteMany } from './delete-many.js';
export { deletePrefix, passesOf } from './delete-prefix.js';
export { refusedAgain } from './refused-again.js';
export { shareRate, type Leave, type SharedRate, type Slowed } from './shared-rate.js';
