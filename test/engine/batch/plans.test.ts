import assert from 'node:assert/strict';

import { Batches } from '../../../src/engine/batch/batches';
import type { PlanKind } from '../../../src/engine/batch/planKind';
import { Plans } from '../../../src/engine/batch/plans';
import { RecentReports } from '../../../src/engine/batch/reports';
import type { BatchStep, StepResult } from '../../../src/engine/batch/step';
import { constantWidth } from '../../../src/engine/concurrency/parallel';
import { KeyedLock } from '../../../src/engine/concurrency/keyedLock';
import { Failure } from '../../../src/engine/failures/failure';
import { TransferControl } from '../../../src/engine/network/transferControl';
import { StatePublisher } from '../../../src/engine/state/statePublisher';
import type { FilePath } from '../../../src/protocol/folders';
import type { Work } from '../../../src/protocol/rows';
import { memoryBucket } from '../../support/memory/memoryBucket';
import { unheardComparisons } from '../../support/engine/unheardComparisons';
import { routeInMemory } from '../../support/memory/routeInMemory';

interface TestStep extends BatchStep {
  readonly isReady: boolean;
}

type TestKind = PlanKind<
  never,
  { readonly steps: readonly TestStep[] },
  number,
  TestStep,
  StepResult
>;

const { signal } = new AbortController();

describe('Plans', () => {
  let plans: Plans;
  let ran: string[];
  beforeEach(() => {
    ran = [];
    const nothing = () => undefined;
    plans = new Plans(
      new Batches({
        comparisons: unheardComparisons(signal),
        reports: new RecentReports(),
        tryCredentialsAgain: nothing,
        publisher: new StatePublisher(nothing, () => ({ comparisons: [], unfinished: [] })),
        traffic: new TransferControl(),
        lanes: constantWidth(4),
        fileTurns: new KeyedLock(),
        onLog: nothing,
      }),
    );
  });

  /** A kind whose plans cannot be started before all of their steps are ready. */
  function kindOf(work: Work): TestKind {
    return {
      select: () => Promise.reject(new Error('Nothing is selected here.')),
      summarize: ({ id }) => id,
      start({ id, steps }) {
        if (!steps.every(({ isReady }) => isReady)) throw new Failure('plan-outdated', String(id));
        return {
          work,
          steps,
          runStep({ path }) {
            ran.push(`${work} ${path}`);
            return Promise.resolve({
              local: { path, size: 1, mtimeNs: 1n, ctimeNs: 1n, inode: 1n },
            });
          },
        };
      },
      bytesOf: () => 1,
      isSkipped: () => false,
      apply: () => undefined,
    };
  }

  function step(name: string, isReady = true): TestStep {
    const route = routeInMemory({ root: '/w', bucket: memoryBucket(), prefix: 'w/' });
    return { route, path: name as FilePath, isReady };
  }

  it('runs each plan by its own kind, in whatever order, and once', async () => {
    const [backUp, restore] = [kindOf('back-up'), kindOf('restore')];
    const one = await plans.add(backUp, [{ steps: [step('a')] }, { steps: [step('b')] }], signal);
    const other = await plans.add(restore, [{ steps: [step('c')] }], signal);
    assert.notEqual(one, other);
    assert.equal((await plans.run(other, signal)).work, 'restore');
    const report = await plans.run(one, signal);
    assert.deepEqual([report.work, report.planId, report.done], ['back-up', one, 2]);
    assert.deepEqual(ran, ['restore c', 'back-up a', 'back-up b']);
    for (const id of [one, other, 99]) {
      await assert.rejects(plans.run(id, signal), { code: 'plan-outdated' });
    }
  });

  it('lets no kind have or change the plan of another', async () => {
    const [backUp, restore] = [kindOf('back-up'), kindOf('restore')];
    const id = await plans.add(backUp, [{ steps: [step('a')] }], signal);
    assert.throws(() => plans.get(restore, id), { code: 'plan-outdated' });
    assert.throws(
      () => {
        plans.change(restore, id, each => each);
      },
      { code: 'plan-outdated' },
    );
    assert.equal(plans.get(backUp, id).steps.length, 1);
  });

  it('keeps a plan that cannot be started yet, until a choice has made it ready', async () => {
    const kind = kindOf('free-up');
    const id = await plans.add(kind, [{ steps: [step('a', false)] }], signal);
    await assert.rejects(plans.run(id, signal), { code: 'plan-outdated' });
    assert.deepEqual(ran, []);
    plans.change(kind, id, each => ({ ...each, isReady: true }));
    assert.equal((await plans.run(id, signal)).done, 1);
  });

  it('runs no plan that was dropped', async () => {
    const id = await plans.add(kindOf('back-up'), [{ steps: [step('a')] }], signal);
    plans.drop(id);
    await assert.rejects(plans.run(id, signal), { code: 'plan-outdated' });
    assert.deepEqual(ran, []);
  });
});
