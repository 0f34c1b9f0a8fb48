import { compareKeys } from '@store/core';
import { evenPartitions } from '@store/emulator';
import { LoadModel } from '#src/load-model.js';
import { Partitions } from '#src/partitions.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const KEYS = Array.from({ length: 1000 }, (_, i) => `p/${String(i).padStart(4, '0')}`);

describe('emulator: load model', () => {
  it('splits keys into ranges of the same size', () => {
    const starts = evenPartitions(KEYS, 8);
    const partitions = new Partitions(starts);
    const sizes = new Map<number, number>();
    for (const key of KEYS) {
      const partition = partitions.of(key);
      sizes.set(partition, (sizes.get(partition) ?? 0) + 1);
    }
    expect([...sizes.keys()]).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(sizes.values())).to.deep.equal(new Set([125]));
    expect(partitions.of('')).to.equal(0);
    expect(partitions.of('q', 3)).to.equal(7);
  });

  it('makes no empty partitions where keys are few', () => {
    expect(evenPartitions(['a', 'b'], 64)).to.deep.equal(['b']);
    expect(evenPartitions([], 64)).to.deep.equal([]);
    expect(evenPartitions(KEYS, 1)).to.deep.equal([]);
  });

  it('orders partitions by bytes, not by UTF-16', () => {
    const keys = ['\u{1f600}', '\ufb01', 'a'].sort(compareKeys);
    const partitions = new Partitions(evenPartitions(keys, 3));
    expect(keys.map((key) => partitions.of(key))).to.deep.equal([0, 1, 2]);
  });

  it('finds the same partition by any guess', () => {
    for (const starts of [evenPartitions(KEYS, 8), ['b', '\ufb01', '\u{1f600}']]) {
      const partitions = new Partitions(starts);
      for (const key of ['', 'a', 'b', 'c', 'p/0125', 'p/0999', '\uffee', '\u{1f600}', '\u{1f601}']) {
        const expected = starts.filter((start) => compareKeys(start, key) <= 0).length;
        for (let guess = 0; guess <= starts.length; guess++)
          expect(partitions.of(key, guess), key).to.equal(expected);
      }
    }
  });

  it('limits each partition on its own', () => {
    const model = new LoadModel({}, { writesPerSecond: 0.001, burst: 100, partitions: ['p/0500'] });
    expect(model.admit(KEYS.slice(0, 100))).to.equal(100);
    expect(model.admit(['p/0499'])).to.equal(0);
    expect(model.admit(['p/0500'])).to.equal(1);
  });

  it('takes the order of partitions for granted from nobody', () => {
    const model = new LoadModel({}, { writesPerSecond: 0.001, burst: 1, partitions: ['c', 'b'] });
    expect(['a', 'b', 'c'].map((key) => model.admit([key]))).to.deep.equal([1, 1, 1]);
    expect(['a', 'b', 'c'].map((key) => model.admit([key]))).to.deep.equal([0, 0, 0]);
  });

  it('refuses a batch whole for one partition that is full, and counts nothing of it', () => {
    const model = new LoadModel({}, { writesPerSecond: 0.001, burst: 2, partitions: ['b'] });
    expect(model.admit(['b1', 'b2'])).to.equal(2);
    expect(model.admit(['a1', 'a2', 'b3'])).to.equal(0);
    expect(model.admit(['a1', 'a2'])).to.equal(2);
  });

  it('refuses keys from the first that does not fit, where it is told to', () => {
    const rate = { writesPerSecond: 0.001, burst: 2, partitions: ['b'], refuses: 'keys' } as const;
    const model = new LoadModel({}, rate);
    expect(model.admit(['a1', 'a2', 'a3', 'b1'])).to.equal(2);
    expect(model.admit(['b1', 'b2', 'b3'])).to.equal(2);
  });

  it('counts a batch for the prefix of its first key where there are no partitions', () => {
    const model = new LoadModel({}, { writesPerSecond: 0.001, burst: 2 });
    expect(model.admit(['a/1', 'a/2'])).to.equal(2);
    expect(model.admit(['a/3'])).to.equal(0);
    expect(model.admit(['b/1'])).to.equal(1);
  });

  it('has room again after a while', async () => {
    const model = new LoadModel({}, { writesPerSecond: 100, burst: 1 });
    expect(model.admit(['a'])).to.equal(1);
    expect(model.admit(['a'])).to.equal(0);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(model.admit(['a'])).to.equal(1);
  });
});
