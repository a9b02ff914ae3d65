import assert from 'node:assert/strict';
import fc from 'fast-check';

import { clockOffsetMs } from '../../../src/engine/s3/transport';
import { assertProperty } from '../../support/suite/assertProperty';

describe('clockOffsetMs', () => {
  const offset = fc.integer({ min: -1e9, max: 1e9 });
  const sentAt = fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });

  it('is learned within a second by any answer that took less than one', () => {
    const trip = fc.integer({ min: 0, max: 1000 });
    assertProperty(
      fc.property(offset, sentAt, trip, share, (ahead, sent, tripMs, written) => {
        const header = headerAt(sent + tripMs * written + ahead);
        const learned = clockOffsetMs(header, sent, sent + tripMs);
        assert.ok(learned !== undefined);
        assert.ok(Math.abs(learned - ahead) <= 500 + tripMs / 2 + 1, String(learned - ahead));
      }),
    );
  });

  it('is not learned by an answer that took longer, nor by one without a date', () => {
    const trip = fc.integer({ min: 1001, max: 600_000 });
    assertProperty(
      fc.property(offset, sentAt, trip, share, (ahead, sent, tripMs, written) => {
        const header = headerAt(sent + tripMs * written + ahead);
        assert.equal(clockOffsetMs(header, sent, sent + tripMs), undefined);
      }),
    );
    for (const header of [undefined, '', 'yesterday']) {
      assert.equal(clockOffsetMs(header, 1_700_000_000_000, 1_700_000_000_010), undefined);
    }
  });
});

/** As servers write it: in whole seconds. */
function headerAt(milliseconds: number): string {
  return new Date(milliseconds).toUTCString();
}
