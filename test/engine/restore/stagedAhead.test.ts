import assert from 'node:assert/strict';

import type { StagedFile } from '../../../src/engine/disk/stagedFile';
import { Failure } from '../../../src/engine/failures/failure';
import type { RestoreStep } from '../../../src/engine/restore/restoreStep';
import { StagedAhead } from '../../../src/engine/restore/stagedAhead';

const stepsOf = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => ({ route: { root: '/w' }, path: `d/${String(index)}` }) as unknown as RestoreStep,
  );

/** Notes files by turns, as the journal does. */
class TurnsJournal {
  readonly noted: StagedFile[] = [];
  readonly ended: StagedFile[] = [];
  commits = 0;
  failure: Failure | undefined;
  #turn: Promise<void> | undefined;

  async beginTogether(file: StagedFile): Promise<void> {
    this.#turn ??= Promise.resolve().then(() => {
      this.#turn = undefined;
      this.commits++;
    });
    await this.#turn;
    if (this.failure !== undefined) throw this.failure;
    this.noted.push(file);
  }

  end(file: StagedFile): void {
    this.ended.push(file);
  }
}

describe('StagedAhead', () => {
  let journal: TurnsJournal;
  beforeEach(() => {
    journal = new TurnsJournal();
  });

  it('notes many files in one commit, and each once', async () => {
    const steps = stepsOf(1_000);
    const ahead = new StagedAhead(steps, journal);
    for (const step of steps) {
      const file = await ahead.take(step);
      assert.ok(journal.noted.includes(file));
      assert.equal(file.path, step.path);
    }
    assert.equal(journal.noted.length, 1_000);
    assert.ok(journal.commits <= 10, String(journal.commits));
  });

  it('notes what comes out of turn, or is of no plan, when it comes', async () => {
    const steps = stepsOf(300);
    const ahead = new StagedAhead(steps, journal);
    const files = [steps[299]!, steps[0]!, steps[298]!, ...stepsOf(1)].map(step =>
      ahead.take(step),
    );
    const names = (await Promise.all(files)).map(({ stagedPath }) => stagedPath);
    assert.equal(new Set(names).size, 4);
    assert.equal(
      new Set(journal.noted.map(({ stagedPath }) => stagedPath)).size,
      journal.noted.length,
    );
  });

  it('ends what was noted in vain', async () => {
    const steps = stepsOf(20);
    const ahead = new StagedAhead(steps, journal);
    const taken = await ahead.take(steps[3]!);
    await ahead.close();
    assert.deepEqual(new Set([...journal.ended, taken]), new Set(journal.noted));
    assert.ok(!journal.ended.includes(taken));
  });

  it('lets each step try again that could not be noted ahead', async () => {
    const steps = stepsOf(3);
    const ahead = new StagedAhead(steps, journal);
    journal.failure = new Failure('disk-full', 'journal');
    await assert.rejects(ahead.take(steps[0]!), { code: 'disk-full' });
    journal.failure = undefined;
    assert.ok(journal.noted.includes(await ahead.take(steps[1]!)));
  });
});
