import { StoreError } from '@store/core';
import { startEmulator, type EmulatorOptions } from '@store/emulator';
import { expect } from 'chai';
import { describe, it } from 'mocha';

describe('emulator: options', () => {
  it('refuses those that are misspelt, at every depth', async () => {
    const wrong: readonly (readonly [object, string])[] = [
      [{ S3: {} }, 'S3: unknown option of startEmulator; did you mean "s3"?'],
      [{ s3: { prot: 1 } }, "prot: unknown option of the emulator's s3; allowed: port, quirks"],
      [{ oos: { quirk: {} } }, 'quirk: unknown option of the emulator\'s oos; did you mean "quirks"?'],
      [
        { s3: { quirks: { rejectCrcTrailer: true } } },
        'rejectCrcTrailer: unknown option of the quirks of s3; did you mean "rejectCrcTrailers"?',
      ],
      [{ oss: { jobConfirmationMS: 1 } }, 'did you mean "jobConfirmationMs"?'],
      [{ zos: { quirks: { noErrorCodes: true } } }, 'did you mean "noErrorCode"?'],
      [{ latency: { baseMS: 1 } }, 'did you mean "baseMs"?'],
      [{ rate: { writesPerSecond: 1, refuse: 'keys' } }, 'did you mean "refuses"?'],
    ];
    for (const [options, message] of wrong) {
      const error: unknown = await startEmulator(options as EmulatorOptions).then(
        (emulator) => emulator.close(),
        (thrown: unknown) => thrown,
      );
      expect(error, message).to.be.instanceOf(StoreError);
      expect(error).to.have.property('code', 'InvalidArgument');
      expect(error).to.have.property('message').that.includes(message);
    }
  });
});
