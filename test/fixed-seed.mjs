// Property tests draw the same cases every day, so that a change that breaks nothing stays green. `SOAK=1` draws new
// ones; `SEED=…` repeats those that a failure named.
import fc from 'fast-check';

const { SEED, SOAK = '' } = process.env;
const isSoaking = SOAK !== '' && SOAK !== '0';

if (SEED !== undefined || !isSoaking) fc.configureGlobal({ seed: Number(SEED ?? 20_261_127) });
