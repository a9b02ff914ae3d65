import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';

import { applyAttributes, isRestoredExactly } from '../../../src/engine/disk/fileMetadata';
import { temporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';

const noted = (mtime: string, mode = '100644') => ({ mtime, mode });
const local = (mtimeNs: bigint, mode = 0o100644) => ({ mtimeNs, mode });

describe('applyAttributes', () => {
  it('is done to the millisecond, before 1970 too', async () => {
    const folder = await temporaryFolder('times');
    const handle = await open(join(folder.path, 'a'), 'w');
    try {
      for (const wanted of [
        -473_385_600_500_000_000n,
        -1_000_000n,
        0n,
        1_700_000_000_123_456_789n,
      ]) {
        await applyAttributes(handle, { mtimeNs: wanted, mode: undefined }, 0o644);
        const { mtimeNs } = await handle.stat({ bigint: true });
        assert.equal(mtimeNs / 1_000_000n, wanted / 1_000_000n);
      }
    } finally {
      await handle.close();
      await folder.remove();
    }
  });
});

describe('isRestoredExactly', () => {
  it('is so to the precision of the note, or to the millisecond', () => {
    const at = 1_700_000_000_123_456_789n;
    for (const [mtime, expected] of [
      ['1700000000', true],
      ['1700000000.1', true],
      ['1700000000.123', true],
      ['1700000000.123999999', true],
      ['1700000000.123456789', true],
      ['1700000001', false],
      ['1700000000.2', false],
      ['1700000000.124', false],
      ['', false],
      ['yesterday', false],
    ] as const) {
      assert.equal(isRestoredExactly(noted(mtime), local(at), 'linux'), expected, mtime);
    }
  });

  it('takes a mode for what a restore makes of it', () => {
    const at = 0n;
    const cases: readonly (readonly [string, number, boolean])[] = [
      ['100755', 0o100755, true],
      ['755', 0o100755, true],
      ['644', 0o100755, false],
      ['100644', 0o100600, false],
      // Rights to act as somebody else are never given back.
      ['104755', 0o104755, false],
      ['rwxr-xr-x', 0o100755, false],
    ];
    for (const [mode, here, expected] of cases) {
      assert.equal(isRestoredExactly(noted('0', mode), local(at, here), 'linux'), expected, mode);
    }
  });

  it('is not so where another tool has noted nothing', () => {
    assert.equal(isRestoredExactly({}, local(0n), 'linux'), false);
    assert.equal(isRestoredExactly({ mtime: '0' }, local(0n), 'linux'), false);
    assert.equal(isRestoredExactly({ mtime: '0' }, local(0n), 'win32'), true);
  });

  it('is so of what an upload has noted, whatever the time', () => {
    assertProperty(
      fc.property(
        fc.bigInt(0n, 4_000_000_000_000_000_000n),
        fc.integer({ max: 0o777, min: 0 }),
        (at, mode) => {
          const digits = at.toString().padStart(10, '0');
          const mtime = `${digits.slice(0, -9)}.${digits.slice(-9)}`;
          const note = noted(mtime, (mode | 0o100000).toString(8));
          assert.ok(isRestoredExactly(note, local(at, mode), 'linux'));
          assert.ok(!isRestoredExactly(note, local(at + 1_000_000n, mode), 'linux'));
          assert.ok(!isRestoredExactly(note, local(at, mode ^ 0o100), 'linux'));
        },
      ),
    );
  });
});
