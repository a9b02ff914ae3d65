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
      level = nextLevel(level, seenOn({ rttMs: 5, mostASecond: 9_200 }, level));
      if (level.trial !== undefined) trials.push(n);
    }
    assert.ok(trials.length >= 2 && trials.length <= 10, String(trials));
    const gaps = trials.slice(1).map((n, index) => n - (trials[index] ?? 0));
    assert.deepEqual(
      gaps,
      gaps.toSorted((one, other) => one - other),
    );
  });

  for (const [rttMs, from, to] of [
    [0, 48, 64],
    [20, 128, maxPlaces],
    [50, 128, maxPlaces],
    [100, 128, maxPlaces],
  ] as const) {
    it(`is ${String(from)} to ${String(to)} after 1,000 files, the store ${String(rttMs)} ms away`, () => {
      const noise = fc.record({
        /** How busy the computer is with other things, and how late the quickest answer is. */
        share: fc.double({ min: 0.2, max: 1, noNaN: true }),
        lateMs: fc.double({ min: 0, max: 5, noNaN: true }),
        wasFull: fc.boolean(),
      });
      // The first window has the slowest code and opens the connections.
      const windows = fc.tuple(fc.nat(30), fc.array(noise, { minLength: 50, maxLength: 50 }));
      assertProperty(
        fc.property(windows, ([firstLateMs, all]) => {
          let level = initialLevel;
          let files = 0;
          all.forEach(({ share, lateMs, wasFull }, n) => {
            const way = { rttMs: rttMs + 1, mostASecond: 2_500 * share };
            const seen = seenOn(way, level);
            const perWindow = Math.max(2 * level.places, seen.rate / 10);
            const quickestMs = way.rttMs + lateMs + (n === 0 ? firstLateMs : 0);
            level = nextLevel(level, { ...seen, quickestMs, wasFull });
            files += perWindow;
            if (files >= 1_000) assert.ok(level.places >= from && level.places <= to);
          });
          assert.ok(files >= 1_000);
          const { places } = nextLevel(level, {
            ...seenOn({ rttMs: 1, mostASecond: 9 }, level),
            wasBusy: true,
          });
          assert.equal(places, Math.floor(level.places / 2));
        }),
      );
    });
  }

  it('stays about where it is on a slow line, where all requests take long for their bytes', () => {
    const window = fc.record({
      mostASecond: fc.integer({ min: 1, max: 40 }),
      quickestMs: fc.integer({ min: 300, max: 60_000 }),
      wasFull: fc.boolean(),
    });
    assertProperty(
      fc.property(fc.array(window, { maxLength: 50 }), windows => {
        let level = initialLevel;
        for (const { mostASecond, quickestMs, wasFull } of windows) {
          const seen = seenOn({ rttMs: 20, mostASecond }, level);
          // Nothing is won by more, whatever is tried.
          level = nextLevel(level, { ...seen, rate: 1, quickestMs, wasFull });
          assert.ok(level.places <= initialLevel.places + 16);
        }
      }),
    );
  });

  it('grows where a near store is followed by one that is far away', () => {
    const near = levelAfter(50, { rttMs: 1, mostASecond: 2_000 });
    assert.equal(levelAfter(60, { rttMs: 100, mostASecond: 10_000 }, near).places, maxPlaces);
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
          const isNear = seen.quickestMs < 6;
          if (!seen.wasFull && isNear) assert.ok(next.places <= level.places);
          level = next;
        }
      }),
    );
  });
});
