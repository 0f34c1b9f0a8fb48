import type { Finding } from '@store/core';
import { yesNo, type Subject } from './subject.js';

const OTHER_TAG = '"00000000000000000000000000000000"';

/** Whether conditions on writes are honoured: both kinds, and neither refuses what it should let pass. */
export async function conditionalPut(subject: Subject): Promise<readonly Finding[]> {
  const driver = subject.driver({ conditionalPut: true });
  const put = async (key: string, condition: { ifAbsent?: boolean; ifMatch?: string | undefined }) =>
    (
      await subject.outcome(
        'put',
        driver.write.put({ key, body: Buffer.from('x'), ...condition }, subject.call),
      )
    ).error;
  const key = subject.key();
  const fresh = await put(key, { ifAbsent: true });
  const again = await put(key, { ifAbsent: true });
  const ifAbsent = fresh === undefined && again?.code === 'PreconditionFailed';
  const { etag } = await subject.object(key);
  const wrong = await put(key, { ifMatch: OTHER_TAG });
  const right = await put(key, { ifMatch: etag });
  const ifMatch = wrong?.code === 'PreconditionFailed' && right === undefined;
  const both = ifAbsent && ifMatch;
  return [
    { probe: 'If-None-Match on writes', answer: yesNo(ifAbsent) },
    { probe: 'If-Match on writes', answer: yesNo(ifMatch) },
    { probe: 'conditional put', answer: yesNo(both), settings: { conditionalPut: both } },
  ];
}

/** Whether conditions on deletes are honoured. A service that ignores them deletes what it should keep. */
export async function conditionalDelete(subject: Subject): Promise<readonly Finding[]> {
  const driver = subject.driver();
  const single = async (): Promise<boolean> => {
    const { key, etag } = await subject.object();
    await subject.outcome('delete', driver.delete.one({ key, ifMatch: OTHER_TAG }, subject.call));
    if (!(await subject.exists(key))) return false;
    await subject.outcome('delete', driver.delete.one({ key, ifMatch: etag }, subject.call));
    return !(await subject.exists(key));
  };
  const batch = async (): Promise<boolean> => {
    const { key: kept } = await subject.object();
    const { key: gone, etag } = await subject.object();
    const targets = [
      { key: kept, ifMatch: OTHER_TAG },
      { key: gone, ifMatch: etag },
    ];
    await subject.outcome('delete', (async () => driver.batch?.delete(targets, subject.call))());
    return (await subject.exists(kept)) && !(await subject.exists(gone));
  };
  const [inSingles, inBatches] = [await single(), await batch()];
  const conditional = inBatches ? 'batch' : inSingles ? 'single' : false;
  return [
    { probe: 'If-Match on deletes', answer: yesNo(inSingles) },
    { probe: 'ETags in batch deletes', answer: yesNo(inBatches) },
    {
      probe: 'conditional delete',
      answer: conditional === false ? 'no' : conditional,
      meaning: conditional === false ? 'ifUnchanged is refused' : undefined,
      settings: { conditionalDelete: conditional },
    },
  ];
}
