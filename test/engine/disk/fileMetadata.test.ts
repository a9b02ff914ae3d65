import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';

import {
  applyAttributes,
  isRestoredExactly,
  storedAttributes,
} from '../../../src/engine/disk/fileMetadata';
import { refuseAttributes } from '../../support/disk/refusedAttributes';
import { temporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';

const noted = (mtime: string, mode = '100644') => ({ mtime, mode });
const local = (mtimeNs: bigint, mode = 0o100644) => ({ mtimeNs, mode });

describe('applyAttributes', () => {
  it('says what the disk does not take, however it refuses', async function () {
    if (process.platform === 'win32') this.skip();
    const folder = await temporaryFolder('refused');
    const handle = await open(join(folder.path, 'a'), 'w', 0o644);
    const wanted = { mtimeNs: 1_500_000_000_000_000_000n, mode: 0o640 };
    try {
      for (const code of ['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', undefined]) {
        const refusing = await refuseAttributes(code);
        try {
          assert.deepEqual(await applyAttributes(handle, wanted, 0o600), ['permissions', 'time']);
        } finally {
          refusing.restore();
        }
      }
      const refusing = await refuseAttributes('EIO');
      await assert.rejects(applyAttributes(handle, wanted, 0o600), { code: 'EIO' });
      refusing.restore();
      assert.deepEqual(await applyAttributes(handle, wanted, 0o600), []);
    } finally {
      await handle.close();
      await folder.remove();
    }
  });

  it('is done to the millisecond, before 1970 and after 2262 too', async () => {
    const folder = await temporaryFolder('times');
    const handle = await open(join(folder.path, 'a'), 'w');
    try {
      for (const wanted of [
        -473_385_600_500_000_000n,
        -1_000_000n,
        0n,
        1_700_000_000_123_456_789n,
        9_300_000_000_123_456_789n,
        15_032_385_535_000_000_000n,
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

describe('storedAttributes', () => {
  const storedAt = 1_600_000_000_000;
  const read = (metadata: Readonly<Record<string, string>>) =>
    storedAttributes({ metadata, modifiedAtMs: storedAt });

  it('reads modes in octal and in decimal, with and without a type', () => {
    for (const [mode, expected] of [
      ['100644', 0o644],
      ['0100644', 0o644],
      ['0o100755', 0o755],
      ['755', 0o755],
      ['0640', 0o640],
      ['104755', 0o755],
      ['33188', 0o644],
      ['33261', 0o755],
      ['33152', 0o600],
      ['33206', 0o666],
      ['33060', 0o444],
      ['420', 0o644],
      ['493', 0o755],
      ['384', 0o600],
      // The owner can read, whatever was written.
      ['100000', 0o400],
      ['0', undefined],
      // Of a folder, of a link, of nothing.
      ['40755', undefined],
      ['16877', undefined],
      ['120777', undefined],
      ['41471', undefined],
      ['777777', undefined],
      ['99999', undefined],
      ['-1', undefined],
      ['1e3', undefined],
      ['rwxr-xr-x', undefined],
      ['', undefined],
    ] as const) {
      assert.equal(read({ mode }).mode, expected, mode);
    }
  });

  it('gives no file a mode that its owner cannot read, whatever is written there', () => {
    assertProperty(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.stringMatching(/^[0-9]{1,8}$/),
          fc.stringMatching(/^0?o?[0-7]{3,7}$/),
        ),
        text => {
          const { mode } = read({ mode: text });
          assert.ok(mode === undefined || ((mode & 0o400) !== 0 && mode <= 0o777), String(mode));
        },
      ),
    );
  });

  it('reads times as rclone, s3fs and others write them, and none that is none', () => {
    const none = BigInt(storedAt) * 1_000_000n;
    for (const [mtime, expected] of [
      ['1700000000.123456789', 1_700_000_000_123_456_789n],
      ['1700000000.5', 1_700_000_000_500_000_000n],
      ['1700000000', 1_700_000_000_000_000_000n],
      ['-14182940.5', -14_182_940_500_000_000n],
      ['0', 0n],
      // After 2262, where 64 bits of nanoseconds end, and the last day of ext4.
      ['15032385535', 15_032_385_535_000_000_000n],
      ['2023-11-14T22:13:20.5Z', 1_700_000_000_500_000_000n],
      ['2023-11-14T23:13:20+01:00', 1_700_000_000_000_000_000n],
      // Milliseconds would be the year 55840.
      ['1700000000123', none],
      ['2023-13-14T22:13:20Z', none],
      ['2023-11-14', none],
      ['1e9', none],
      ['NaN', none],
      ['', none],
    ] as const) {
      assert.equal(read({ mtime }).mtimeNs, expected, mtime);
    }
  });
});

describe('isRestoredExactly', () => {
  it('is so of a file that comes from a disk with coarser times', () => {
    const metadata = noted('1700000001.987654321');
    for (const [mtimeNs, expected] of [
      [1_700_000_000_000_000_000n, true],
      [1_700_000_001_000_000_000n, true],
      [1_700_000_002_000_000_000n, false],
      [1_700_000_000_500_000_000n, false],
    ] as const) {
      assert.equal(isRestoredExactly(metadata, local(mtimeNs), 'linux'), expected, String(mtimeNs));
    }
  });

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
