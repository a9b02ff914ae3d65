import assert from 'node:assert/strict';
import fc from 'fast-check';

import { storeTime } from '../../../src/engine/s3/answerField';
import { assertProperty } from '../../support/suite/assertProperty';

describe('The time that a store tells', () => {
  const before = process.env['TZ'];
  beforeEach(() => {
    // Far from UTC, so that a time taken for this computer's is found out.
    process.env['TZ'] = 'America/New_York';
  });
  afterEach(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });

  const seconds = fc.integer({ min: 0, max: 4_102_444_800 });

  it('is UTC in every form, with its zone or without', () => {
    assertProperty(
      fc.property(seconds, second => {
        const time = new Date(second * 1000);
        const iso = time.toISOString();
        const http = time.toUTCString();
        for (const told of [
          iso,
          iso.replace('Z', ''),
          iso.replace('.000Z', ''),
          iso.replace('.000Z', '+00:00'),
          http,
          http.replace(' GMT', ''),
          ` ${http} `,
        ]) {
          assert.equal(storeTime(told), second * 1000, told);
        }
      }),
    );
  });

  it('heeds another zone', () => {
    assert.equal(storeTime('1970-01-01T02:00:00+02:00'), 0);
    assert.equal(storeTime('Thu, 01 Jan 1970 00:00:00 EST'), 5 * 3_600_000);
  });

  it('is nothing where it cannot be read', () => {
    for (const told of [undefined, '', 'soon', 'Z']) assert.equal(storeTime(told), undefined);
  });
});
