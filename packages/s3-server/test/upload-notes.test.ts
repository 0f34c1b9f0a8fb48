import { UploadNotes } from '#src/upload-notes.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const named = (uploadId: string, key = 'k') => ({ bucketName: 'demo', key, uploadId });
const part = (partNumber: number, etag = '"e"') => ({ partNumber, size: 1, etag, checksums: {} });

describe('notes of uploads', () => {
  it('are of the part that came last, for one upload of one key', () => {
    const notes = new UploadNotes();
    notes.begin(named('u'), { algorithm: 'crc32', type: 'COMPOSITE' });
    notes.add(named('u'), part(1, '"old"'));
    notes.add(named('u'), part(1, '"new"'));
    expect(notes.find(named('u'), part(1, '"old"'))).to.equal(undefined);
    expect(notes.find(named('u'), part(1, '"new"'))).to.deep.include({ size: 1 });
    expect(notes.find(named('u', 'other'), part(1, '"new"'))).to.equal(undefined);
    notes.add(named('begun elsewhere'), part(1));
    expect(notes.find(named('begun elsewhere'), part(1))).to.deep.include({ size: 1 });
    notes.forget(named('u'));
    expect(notes.announcedOf(named('u'))).to.equal(undefined);
  });

  it('are forgotten, the oldest upload first, when there are too many', () => {
    const notes = new UploadNotes(10);
    for (const id of ['a', 'b', 'c']) {
      notes.begin(named(id), undefined);
      for (const number of [1, 2, 3]) notes.add(named(id), part(number));
    }
    const known = ['a', 'b', 'c'].map((id) => notes.find(named(id), part(3)) !== undefined);
    expect(known).to.deep.equal([false, true, true]);
    // One that fills it alone goes as well.
    notes.begin(named('d'), undefined);
    for (let number = 1; number <= 20; number++) notes.add(named('d'), part(number));
    expect(notes.find(named('c'), part(1))).to.equal(undefined);
    expect(notes.find(named('d'), part(20))).to.equal(undefined);
    notes.begin(named('e'), undefined);
    notes.add(named('e'), part(1));
    expect(notes.find(named('e'), part(1))).to.not.equal(undefined);
  });
});
