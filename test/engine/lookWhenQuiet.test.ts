import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

import type { LocalFile } from '../../src/engine/localScan';
import { lookWhenQuiet } from '../../src/engine/lookWhenQuiet';
import { withOpenFile } from '../../src/engine/openFile';
import type { FilePath } from '../../src/protocol';
import { temporaryFolder } from '../support/temporaryFolder';

const path = 'a' as FilePath;
const second = 1_000_000_000n;
const millisecond = 1_000_000n;

function now(): bigint {
  return BigInt(Date.now()) * millisecond;
}

function changedAt(modifiedAt: bigint, changedAt = modifiedAt): LocalFile {
  return { path, size: 1, modifiedAt, changedAt, inode: 1n };
}

/** Looks at a file of these times, and says for how long its rest was waited for. */
async function waitedFor(file: LocalFile): Promise<number> {
  const begun = performance.now();
  await lookWhenQuiet({ look: () => Promise.resolve(file) }, new AbortController().signal);
  return performance.now() - begun;
}

describe('lookWhenQuiet', () => {
  it('waits until the last change of content or attributes is 20 ms old', async () => {
    // Not a whole second, which would be a coarser clock's.
    const fine = () => (now() % second === 0n ? now() + 1n : now());
    await fc.assert(
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
    const { look } = { look: (file: LocalFile) => () => Promise.resolve(file) };
    const stopped = AbortSignal.abort();
    for (const time of [now() - 3n * second, now() + 1000n * second]) {
      // A wait would end in the failure of who is cancelled.
      assert.equal((await lookWhenQuiet({ look: look(changedAt(time)) }, stopped)).size, 1);
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
        lookWhenQuiet(open, new AbortController().signal),
      );
      clearInterval(writing);
      assert.ok(now() - seen.changedAt >= 20n * millisecond);
    } finally {
      await folder.remove();
    }
  });

  it('stops waiting where it is cancelled', async () => {
    const controller = new AbortController();
    const changing = { look: () => Promise.resolve(changedAt(now() + 1n)) };
    const looking = lookWhenQuiet(changing, controller.signal);
    controller.abort();
    await assert.rejects(looking, { code: 'cancelled' });
  });

  it('gives up on a file that never rests', async function () {
    this.timeout(20_000);
    const changing = { look: () => Promise.resolve(changedAt(now() - 1n)) };
    await assert.rejects(lookWhenQuiet(changing, new AbortController().signal), {
      code: 'file-changing',
    });
  });
});
