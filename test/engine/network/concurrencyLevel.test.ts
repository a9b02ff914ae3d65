import assert from 'node:assert/strict';
import fc from 'fast-check';

import {
  initialLevel,
  maxPlaces,
  minPlaces,
  nextLevel,
  type ConcurrencyLevel,
  type SeenWindow,
} from '../../../src/engine/network/concurrencyLevel';
import { assertProperty } from '../../support/suite/assertProperty';

/** A store that is `rttMs` away and, together with this computer, takes `mostASecond` requests. */
interface Way {
  readonly rttMs: number;
  readonly mostASecond: number;
}

describe('The number of requests side by side', () => {
  function seenOn({ rttMs, mostASecond }: Way, { places }: ConcurrencyLevel): SeenWindow {
    const perSecond = Math.min(mostASecond, (places * 1000) / rttMs);
    // Little's law: who does not wait for the way waits for others.
    const meanMs = (places * 1000) / perSecond;
    return { rate: perSecond, wasFull: true, meanMs, quickestMs: rttMs, wasBusy: false };
  }

  function levelAfter(windows: number, way: Way, from = initialLevel): ConcurrencyLevel {
    let level = from;
    for (let n = 0; n < windows; n++) level = nextLevel(level, seenOn(way, level));
    return level;
  }

  it('grows to the most where the store is far away and takes them all', () => {
    assert.equal(levelAfter(6, { rttMs: 100, mostASecond: 10_000 }).places, maxPlaces);
  });

  it('stays where it is where they wait for each other', () => {
    for (let windows = 1; windows < 200; windows++) {
      const { places } = levelAfter(windows, { rttMs: 1, mostASecond: 2_000 });
      assert.equal(places, initialLevel.places);
    }
  });

  it('tries what is in vain less and less often', () => {
    let level: ConcurrencyLevel = { ...initialLevel, places: 48 };
    const trials: number[] = [];
    for (let n = 0; n < 500; n++) {
      level = nextLevel(level, seenOn({ rttMs: 20, mostASecond: 2_300 }, level));
      if (level.trial !== undefined) trials.push(n);
    }
    assert.ok(trials.length >= 2 && trials.length <= 10, String(trials));
    const gaps = trials.slice(1).map((n, index) => n - (trials[index] ?? 0));
    assert.deepEqual(
      gaps,
      gaps.toSorted((one, other) => one - other),
    );
  });

  it('is halved where the store has too much, and grows again', () => {
    const way = { rttMs: 100, mostASecond: 10_000 };
    const busy = nextLevel(initialLevel, { ...seenOn(way, initialLevel), wasBusy: true });
    assert.equal(busy.places, initialLevel.places / 2);
    assert.equal(levelAfter(100, way, busy).places, maxPlaces);
  });

  it('stays between its bounds, and moves by a step up or a half down', () => {
    const windows = fc.array(
      fc.record({
        rate: fc.double({ min: 0, max: 1e9, noNaN: true }),
        wasFull: fc.boolean(),
        meanMs: fc.double({ min: 0, max: 1e5, noNaN: true }),
        quickestMs: fc.double({ min: 0, max: 1e5, noNaN: true }),
        wasBusy: fc.boolean(),
      }),
      { maxLength: 300 },
    );
    assertProperty(
      fc.property(windows, all => {
        let level = initialLevel;
        for (const seen of all) {
          const next = nextLevel(level, seen);
          assert.ok(next.places >= minPlaces && next.places <= maxPlaces);
          if (seen.wasBusy) assert.ok(next.places <= Math.max(minPlaces, level.places / 2));
          else assert.ok(Math.abs(next.places - level.places) <= Math.max(16, level.places / 2));
          if (!seen.wasFull) assert.ok(next.places <= level.places);
          level = next;
        }
      }),
    );
  });
});
