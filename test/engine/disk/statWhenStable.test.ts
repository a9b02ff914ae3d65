import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';

import type { LocalFile } from '../../../src/engine/disk/localFile';
import { statWhenStable } from '../../../src/engine/disk/statWhenStable';
import { withOpenFile } from '../../../src/engine/disk/openFile';
import type { FilePath } from '../../../src/protocol/folders';
import { isInstalled } from '../../support/suite/isInstalled';
import { MovableClock } from '../../support/suite/movableClock';
import { assertProperty } from '../../support/suite/assertProperty';
import { temporaryFolder } from '../../../dev/temporaryFolder';

const path = 'a' as FilePath;
const flush = () => Promise.resolve();
const second = 1_000_000_000n;
const millisecond = 1_000_000n;

function now(): bigint {
  return BigInt(Date.now()) * millisecond;
}

function changedAt(modifiedAt: bigint, changedAt = modifiedAt): LocalFile {
  return { path, size: 1, mtimeNs: modifiedAt, ctimeNs: changedAt, inode: 1n };
}

/** Looks at a file of these times, and says for how long its rest was waited for. */
async function waitedFor(file: LocalFile): Promise<number> {
  const begun = performance.now();
  await statWhenStable({ stat: () => Promise.resolve(file), flush }, new AbortController().signal);
  return performance.now() - begun;
}

/** As `statfs` names it. */
const tmpfs = 0x01021994;

/** Changes one byte of the file through a memory map for each line that comes in. */
const mapAndWrite = `
import mmap, sys
with open(sys.argv[1], 'r+b') as file:
    mapped = mmap.mmap(file.fileno(), 0)
    for number, line in enumerate(sys.stdin):
        mapped[0] = number
        print(number)
`;

describe('statWhenStable', () => {
  it('waits until the last change of content or attributes is 20 ms old', async () => {
    // Not a whole second, which would be a coarser clock's.
    const fine = () => (now() % second === 0n ? now() + 1n : now());
    await assertProperty(
      fc.asyncProperty(fc.boolean(), fc.nat(30), async (isContent, age) => {
        const recent = fine() - BigInt(age) * millisecond + 1n;
        const old = recent - 10n * second;
        const file = isContent ? changedAt(recent, old) : changedAt(old, recent);
        await waitedFor(file);
        assert.ok(now() - recent >= 20n * millisecond - 1n);
      }),
      { numRuns: 20 },
    );
  });

  it('waits until it is 2 s old where the disk keeps whole seconds', async function () {
    this.timeout(10_000);
    const recent = (now() / second) * second;
    await waitedFor(changedAt(recent));
    assert.ok(now() - recent >= 2n * second);
  });

  it('does not wait for what is long past, nor for times in the future', async () => {
    const stat = (file: LocalFile) => () => Promise.resolve(file);
    const stopped = AbortSignal.abort();
    for (const time of [now() - 3n * second, now() + 1000n * second]) {
      // A wait would end in the failure of who is cancelled.
      assert.equal((await statWhenStable({ stat: stat(changedAt(time)), flush }, stopped)).size, 1);
    }
  });

  it('sees a file that is written to only when it has come to rest', async () => {
    const folder = await temporaryFolder('quiet');
    try {
      const file = join(folder.path, path);
      let writes = 0;
      writeFileSync(file, 'x');
      const writing = setInterval(() => {
        writeFileSync(file, 'x'.repeat(++writes));
        if (writes === 20) clearInterval(writing);
      }, 3);
      const seen = await withOpenFile(folder.path, path, open =>
        statWhenStable(open, new AbortController().signal),
      );
      clearInterval(writing);
      assert.ok(now() - seen.ctimeNs >= 20n * millisecond);
    } finally {
      await folder.remove();
    }
  });

  it('has a file that was changed lately flushed, and stats it again', async () => {
    for (const [age, flushes] of [
      [3n * second, 2],
      [3_600n * second, 0],
    ] as const) {
      let flushed = 0;
      const times = [now() - age, now() - age + millisecond];
      const file = {
        stat: () => Promise.resolve(changedAt(times[Math.min(flushed, 1)] ?? 0n)),
        flush: () => {
          flushed++;
          return Promise.resolve();
        },
      };
      const seen = await statWhenStable(file, new AbortController().signal);
      assert.equal(flushed, flushes);
      assert.equal(seen.ctimeNs, times[Math.min(flushes, 1)]);
    }
  });

  it('shows the next change of a mapped file in its times', async function () {
    if (!isInstalled('python3')) this.skip();
    const folder = await temporaryFolder('mapped');
    // There nothing is ever written back.
    if ((await statfs(folder.path)).type === tmpfs) this.skip();
    const file = join(folder.path, path);
    writeFileSync(file, 'x'.repeat(4096));
    const program = spawn('python3', ['-uc', mapAndWrite, file], { stdio: 'pipe' });
    const lines = createInterface(program.stdout)[Symbol.asyncIterator]();
    const write = async () => {
      program.stdin.write('\n');
      await lines.next();
    };
    try {
      await write();
      await withOpenFile(folder.path, path, async open => {
        const seen = await statWhenStable(open, new AbortController().signal);
        await write();
        assert.notEqual((await open.stat()).mtimeNs, seen.mtimeNs);
      });
    } finally {
      program.kill();
      await folder.remove();
    }
  });

  it('stops waiting where it is cancelled', async () => {
    const controller = new AbortController();
    const changing = { stat: () => Promise.resolve(changedAt(now() + 1n)), flush };
    const waiting = statWhenStable(changing, controller.signal);
    controller.abort();
    await assert.rejects(waiting, { code: 'cancelled' });
  });

  it('gives up on a file that never rests', async () => {
    const clock = new MovableClock();
    const begun = Date.now();
    const changing = {
      stat() {
        clock.pass(1_000);
        return Promise.resolve(changedAt(now() - 1n));
      },
      flush,
    };
    try {
      await assert.rejects(statWhenStable(changing, new AbortController().signal), {
        code: 'file-changing',
      });
      assert.ok(Date.now() - begun > 10_000);
    } finally {
      clock.restore();
    }
  });
});
