import assert from 'node:assert/strict';

import { RateMeter } from '../../../src/engine/batch/rateMeter';

describe('RateMeter', () => {
  it('knows nothing before two moments', () => {
    const meter = new RateMeter();
    assert.equal(meter.perSecond, 0);
    meter.note(100, 0);
    assert.equal(meter.perSecond, 0);
  });

  it('takes no moment for a rate, neither at the beginning nor after a rest', () => {
    const meter = new RateMeter();
    for (const begin of [0, 60_000]) {
      meter.restart();
      meter.note(0, begin);
      meter.note(20, begin + 300);
      assert.equal(meter.perSecond, 0);
      meter.note(1000, begin + 1000);
      assert.equal(meter.perSecond, 1000);
    }
  });

  it('goes by the last ten seconds', () => {
    const meter = new RateMeter();
    for (let second = 0; second <= 30; second++) meter.note(second * 1000, second * 1000);
    assert.equal(meter.perSecond, 1000);
    for (let second = 31; second <= 41; second++) {
      meter.note(30_000 + (second - 30) * 5000, second * 1000);
    }
    assert.equal(meter.perSecond, 5000);
  });

  it('comes down to nothing where nothing moves', () => {
    const meter = new RateMeter();
    meter.note(0, 0);
    meter.note(5000, 1000);
    for (let at = 2000; at <= 12_000; at += 500) meter.note(5000, at);
    assert.equal(meter.perSecond, 0);
  });

  it('is never negative, though bytes go again', () => {
    const meter = new RateMeter();
    meter.note(5000, 0);
    meter.note(1000, 1000);
    assert.equal(meter.perSecond, 0);
  });

  it('does not count a rest as slowness', () => {
    const meter = new RateMeter();
    meter.note(0, 0);
    meter.note(1000, 1000);
    meter.restart();
    meter.note(1000, 60_000);
    meter.note(2000, 61_000);
    assert.equal(meter.perSecond, 1000);
  });
});
