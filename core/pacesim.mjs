import { Pace } from '#src/deletion/pace.js';
import { SimulatedClock } from '@store/conformance';
const limit=Number(process.argv[2]??3500), seconds=Number(process.argv[3]??120), N=Number(process.argv[4]??16);
  const clock = new SimulatedClock(); const t0=clock.now();
  const pace = new Pace(clock);
  const stop = new AbortController();
  const end = clock.now() + seconds * 1000;
  let tokens = limit, filledAt = clock.now(); let taken=0, late=0, bad=0, all=0;
  const send = async () => {
    while (clock.now() < end) {
      const permit = pace.tryEnter(1000) ?? (await pace.enter(1000, stop.signal));
      if (!permit) return; const {keys}=permit;
      const now = clock.now();
      tokens = Math.min(Math.max(1000,limit), tokens + ((now - filledAt) / 1000) * limit);
      filledAt = now;
      const ok = tokens >= keys;
      if (ok) tokens -= keys;
      if(now>t0+10000){all++; if(ok) late+=keys; else bad++;}
      await clock.sleep(50+keys*.1);
      if (ok) pace.succeeded(keys); else { const b=pace.rate; pace.throttled(permit); console.log(((clock.now()-t0)/1000).toFixed(2),'throttled keys',keys,'rate',b.toFixed(0),'->',pace.rate.toFixed(0),'window',pace.window,'batch',pace.batchSize); }
      pace.leave();
    }
  };
  await Promise.all(Array.from({ length: N }, () => send()));
console.log('share',late/(seconds-10)/limit,'throttled',bad/all);
