import assert from 'node:assert/strict';
import fc from 'fast-check';

import { DiskPace } from '../../../src/engine/disk/diskPace';
import { assertProperty } from '../../support/suite/assertProperty';

describe('DiskPace', () => {
  /** A disk whose calls take as long as they are said to, by a clock of its own. */
  function diskAt(): { readonly pace: DiskPace; readonly call: (ms: number) => void; now: number } {
    const disk: ReturnType<typeof diskAt> = {
      now: 0,
      pace: new DiskPace({ now: () => disk.now }),
      call(ms: number) {
        disk.pace.direct(() => {
          disk.now += ms;
        });
      },
    };
    return disk;
  }

  it('has a disk called aside when two calls in a row were slow, and tries it again later', () => {
    const disk = diskAt();
    disk.call(5);
    assert.equal(disk.pace.isQuick, true);
    disk.call(0.01);
    disk.call(5);
    assert.equal(disk.pace.isQuick, true);
    disk.call(5);
    assert.equal(disk.pace.isQuick, false);
    disk.now += 100;
    assert.equal(disk.pace.isQuick, true);
    disk.call(5);
    assert.equal(disk.pace.isQuick, false);
    disk.now += 100;
    disk.call(0.01);
    disk.call(5);
    assert.equal(disk.pace.isQuick, true);
  });

  it('heeds calls that fail, and passes on why', () => {
    const disk = diskAt();
    const fail = () =>
      disk.pace.direct(() => {
        disk.now += 5;
        throw new Error('gone');
      });
    assert.throws(fail, /gone/);
    assert.throws(fail, /gone/);
    assert.equal(disk.pace.isQuick, false);
  });

  it('spends at most a twentieth of the time on slow calls in this thread', () => {
    assertProperty(
      fc.property(fc.array(fc.double({ min: 1, max: 1000, noNaN: true })), tookMs => {
        const disk = diskAt();
        let [slow, all] = [0, 0];
        for (const ms of tookMs) {
          if (disk.pace.isQuick) {
            disk.call(ms);
            slow += ms;
          }
          // Whoever asks again asks soon.
          disk.now += 0.5;
          all = disk.now;
        }
        const first = (tookMs[0] ?? 0) + 1000;
        assert.ok(slow <= first + all / 20 + 1000, `${String(slow)} of ${String(all)}`);
      }),
    );
  });
});
