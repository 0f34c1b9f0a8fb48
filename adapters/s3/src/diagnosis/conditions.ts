import type { Finding } from '@store/driver';
import { finding, type Subject } from './subject.js';

const OTHER_TAG = '"00000000000000000000000000000000"';

/** Whether conditions on writes are honoured: both kinds, and neither refuses what it should let pass. */
export async function conditionalPut(subject: Subject): Promise<readonly Finding[]> {
  const driver = subject.driver({ conditionalPut: true });
  const put = async (key: string, condition: { ifAbsent?: boolean; ifMatch?: string | undefined }) => {
    const request = { key, body: Buffer.from('x'), ...condition };
    return (await subject.outcome('put', () => driver.write.put(request, subject.call))).error;
  };
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
    finding('If-None-Match on writes', ifAbsent),
    finding('If-Match on writes', ifMatch),
    finding('conditional put', both, undefined, { conditionalPut: both }),
  ];
}

/** Whether conditions on deletes are honoured. A service that ignores them deletes what it should keep. */
export async function conditionalDelete(subject: Subject): Promise<readonly Finding[]> {
  const driver = subject.driver();
  const remove = (key: string, ifMatch: string | undefined) =>
    subject.outcome('delete', () => driver.delete.one({ key, ifMatch }, subject.call));
  const single = async (): Promise<boolean> => {
    const { key, etag } = await subject.object();
    await remove(key, OTHER_TAG);
    if (!(await subject.exists(key))) return false;
    await remove(key, etag);
    return !(await subject.exists(key));
  };
  const batch = async (): Promise<boolean> => {
    const { key: kept } = await subject.object();
    const { key: gone, etag } = await subject.object();
    const targets = [
      { key: kept, ifMatch: OTHER_TAG },
      { key: gone, ifMatch: etag },
    ];
    await subject.outcome('delete', async () => driver.batch?.delete(targets, subject.call));
    return (await subject.exists(kept)) && !(await subject.exists(gone));
  };
  const [inSingles, inBatches] = [await single(), await batch()];
  const honoured = inBatches ? 'batch' : inSingles ? 'single' : false;
  const meaning = !honoured && 'ifUnchanged is refused';
  return [
    finding('If-Match on deletes', inSingles),
    finding('ETags in batch deletes', inBatches),
    finding('conditional delete', honoured, meaning, { conditionalDelete: honoured }),
  ];
}
