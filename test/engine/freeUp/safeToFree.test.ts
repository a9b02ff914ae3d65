import assert from 'node:assert/strict';
import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';

import {
  examineFile,
  maxProofAgeMs,
  type SafeToFree,
} from '../../../src/engine/freeUp/examineFile';
import type { FreeUpStep } from '../../../src/engine/freeUp/freeUpStep';
import { removeExamined, trashExamined } from '../../../src/engine/freeUp/removeExamined';
import { toLocalFile } from '../../../src/engine/disk/localFile';
import { HeldFolder } from '../../../src/engine/disk/heldFolder';
import { newStagedFile } from '../../../src/engine/disk/stagedFile';
import { withOpenFile, type OpenFile } from '../../../src/engine/disk/openFile';
import { freeUpUnderTest, type FreeUpUnderTest } from '../../support/memory/freeUpUnderTest';
import { memoryBucket } from '../../support/memory/memoryBucket';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

describe('The proof that a file may go', () => {
  let folder: TemporaryFolder;
  let under: FreeUpUnderTest;
  let step: FreeUpStep;
  const realNow = Date.now;

  beforeEach(async () => {
    folder = await temporaryFolder('proof');
    under = freeUpUnderTest(folder.path, memoryBucket());
    step = await under.backedUp('a.txt', 'mine');
  });
  afterEach(async () => {
    Date.now = realNow;
    under.close();
    await folder.remove();
  });

  async function withProof(use: (file: OpenFile, safe: SafeToFree) => Promise<void>) {
    const receipt = under.receipts.get(step.path);
    assert.ok(receipt !== undefined);
    await withOpenFile(under.root, step.path, async file => {
      await use(file, await examineFile(file, step, receipt, under.tools));
    });
  }

  /** The file under a name of our own, as its removal finds it; here it still has its own. */
  const own = () => ({
    file: { ...newStagedFile('displaced', under.root, step.path), stagedPath: step.path },
    folder: new HeldFolder(under.root, step.path),
  });
  const remove = (file: OpenFile, safe: SafeToFree) =>
    removeExamined(file, safe, own(), under.tools.journal);
  const trash = (_file: OpenFile, safe: SafeToFree) =>
    trashExamined(under.root, safe, under.tools.editor);

  it('can be made by nothing but the examination', () => {
    const local = toLocalFile(step.path, lstatSync(join(under.root, 'a.txt'), { bigint: true }));
    const lookalike = {
      local,
      etag: step.copy.etag,
      versionId: undefined,
      requireFresh: () => undefined,
    };
    /* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- The compiler's word is what is tested. */
    // It is never run.
    const unproved = (file: OpenFile) => [
      // @ts-expect-error What merely looks like a proof is none.
      remove(file, lookalike),
      // @ts-expect-error The trash takes no lookalike either.
      trash(file, lookalike),
      // @ts-expect-error The fields of a file prove nothing.
      remove(file, local),
    ];
    /* eslint-enable @typescript-eslint/no-unsafe-class-instance-assignment */
    assert.equal(typeof unproved, 'function');
  });

  for (const [how, act] of [
    ['removed', remove],
    ['moved to the trash', trash],
  ] as const) {
    it(`lets the file be ${how}`, async () => {
      await withProof(act);
      assert.ok(!existsSync(join(under.root, 'a.txt')));
    });

    it(`lets nothing be ${how} once it is old, or the clock was set back`, async () => {
      for (const passed of [maxProofAgeMs + 1000, -1000]) {
        await withProof(async (file, safe) => {
          Date.now = () => realNow() + passed;
          await assert.rejects(act(file, safe), { code: 'proof-expired' });
          Date.now = realNow;
        });
        assert.ok(existsSync(join(under.root, 'a.txt')));
        assert.deepEqual(under.trashed, []);
      }
    });
  }
});
