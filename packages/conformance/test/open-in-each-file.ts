import { openForTests } from '@store/conformance';
import { memory, memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';

/** Tests as several files have them by one shared module: what one test opens is closed when the next begins. */
export function describeClosing(file: string): void {
  const { closeLater, driverFor } = openForTests({ adapter: memory, driver: memoryDriver });
  const closed: string[] = [];
  const later = (name: string) => ({ close: async () => void closed.push(name) });
  describe(`closing in ${file}`, () => {
    it('opens', () => {
      driverFor({});
      closeLater(later('first'));
      closeLater(later('second'));
      expect(closed).to.deep.equal([]);
    });
    it('finds it closed, what came last first', () => {
      expect(closed).to.deep.equal(['second', 'first']);
    });
  });
}
