import assert from 'node:assert/strict';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

import { constantWidth } from '../../../src/engine/concurrency/parallel';
import { Semaphore } from '../../../src/engine/concurrency/semaphore';
import { Failure } from '../../../src/engine/failures/failure';
import { KeyedLock } from '../../../src/engine/concurrency/keyedLock';
import { backUpKind } from '../../../src/engine/backup/backUpKind';
import type { BackUpStep } from '../../../src/engine/backup/backUpStep';
import { RequestCount } from '../../../src/engine/network/requestCount';
import { TransferControl } from '../../../src/engine/network/transferControl';
import { UnfinishedTotals } from '../../../src/engine/backup/unfinishedFiles';
import type { Uploaded } from '../../../src/engine/backup/upload';
import { runBatch, type BatchRequest } from '../../../src/engine/batch/batch';
import type { Plan } from '../../../src/engine/batch/planKind';
import { describeReport, RecentReports, toReport } from '../../../src/engine/batch/reports';
import type { Outcome } from '../../../src/engine/batch/step';
import { StatePublisher } from '../../../src/engine/state/statePublisher';
import type { FailureCode } from '../../../src/protocol/failures';
import type { FilePath } from '../../../src/protocol/folders';
import type { BatchProgress } from '../../../src/protocol/state';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { unfinishedInMemory } from '../../support/memory/recordsInMemory';
import { assertProperty } from '../../support/suite/assertProperty';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { aLocalFile } from '../../support/engine/aFile';
import { unheardComparisons } from '../../support/engine/unheardComparisons';
import { routeInMemory } from '../../support/memory/routeInMemory';

const lanes = 64;

describe('runBatch', () => {
  let folder: TemporaryFolder;
  let root: string;
  let bucket: MemoryBucket;
  before(async () => {
    folder = await temporaryFolder('batch');
    root = folder.path;
    // Many names of one file cost little.
    writeFileSync(join(root, '0'), 'four');
    for (let n = 1; n < 100; n++) linkSync(join(root, '0'), join(root, String(n)));
  });
  after(() => folder.remove());
  beforeEach(() => {
    bucket = memoryBucket();
  });

  function planOf(count: number, missing: readonly string[] = []): Plan<BackUpStep> {
    const names = Array.from({ length: count }, (_, index) => String(index));
    const steps: BackUpStep[] = [...names, ...missing].map(name => {
      const path = name as FilePath;
      return {
        route: routeInMemory({ root, bucket, prefix: 'w/' }),
        path,
        local: aLocalFile({ path, size: 4 }),
        condition: { kind: 'absent' },
      };
    });
    return { id: 3, steps };
  }

  type Request = BatchRequest<BackUpStep, Uploaded>;

  async function run(plan: Plan<BackUpStep>, changed: Partial<Request> = {}) {
    const progress: BatchProgress[] = [];
    const started: BackUpStep[] = [];
    const ended: Outcome<BackUpStep, Uploaded>[] = [];
    const { signal = new AbortController().signal } = changed;
    const kind = kindOf(signal);
    const planRun = kind.start(plan, signal);
    const outcomes = await runBatch<BackUpStep, Uploaded>({
      planId: plan.id,
      work: planRun.work,
      steps: planRun.steps,
      runStep: (step, onBytes) => planRun.runStep(step, onBytes),
      bytesOf: step => kind.bytesOf(step),
      isSkipped: failure => kind.isSkipped(failure),
      traffic: new TransferControl(),
      lanes: constantWidth(lanes),
      fileTurns: new KeyedLock(),
      signal,
      onProgress: now => progress.push(now),
      onStarted: step => started.push(step),
      keep: () => Promise.resolve(),
      onEnded: outcome => ended.push(outcome),
      ...changed,
    });
    const report = toReport({
      work: 'back-up',
      planId: plan.id,
      outcomes,
      leftAlone: [],
      requests: new RequestCount().begin()(),
    });
    return { outcomes, progress, started, ended, report };
  }

  function kindOf(ended: AbortSignal) {
    const nothing = () => undefined;
    return backUpKind({
      comparisons: unheardComparisons(ended),
      reports: new RecentReports(),
      publisher: new StatePublisher(nothing, () => ({ comparisons: [], unfinished: [] })),
      semaphore: new Semaphore({ places: 48, bytes: 1 << 20 }),
      unfinishedTotals: new UnfinishedTotals(unfinishedInMemory()),
      ended,
    });
  }

  it('works on no file that another batch is working on', async () => {
    const fileTurns = new KeyedLock();
    const plan = planOf(2);
    const [busy, free] = plan.steps;
    assert.ok(busy !== undefined && free !== undefined);
    const hold = bucket.holdNext('put');
    const first = run({ ...plan, steps: [busy] }, { fileTurns });
    await hold.reached;
    const started: BackUpStep[] = [];
    let freeEnded = (): void => undefined;
    const reached = new Promise<void>(resolve => (freeEnded = resolve));
    const second = run(plan, {
      fileTurns,
      onStarted: step => started.push(step),
      onEnded: ({ step }) => {
        if (step === free) freeEnded();
      },
    });
    const cancelled = AbortSignal.abort();
    const third = await run({ ...plan, steps: [busy] }, { fileTurns, signal: cancelled });
    assert.equal(third.report.cancelled, 1);
    await reached;
    assert.deepEqual(started, [free]);
    hold.release();
    assert.equal((await first).report.done, 1);
    // By then the copy is another than the one that its plan saw, and has just the bytes of the file.
    assert.equal((await second).report.done, 2);
  });

  it('backs up every file of a plan, and tells how far it is', async () => {
    const { report, progress, started } = await run(planOf(60));
    assert.deepEqual(report, {
      work: 'back-up',
      planId: 3,
      planned: 60,
      done: 60,
      failed: 0,
      skipped: 0,
      cancelled: 0,
      leftAlone: 0,
      bytes: 240,
      requests: { LIST: 0, HEAD: 0, GET: 0, PUT: 0, POST: 0, other: 0 },
      reasons: {},
      attributesNotSet: 0,
      stopped: undefined,
      problems: [],
    });
    assert.equal(bucket.keys.length, 60);
    assert.equal(started.length, 60);
    const [first] = progress;
    assert.deepEqual(
      [first?.filesDone, first?.bytesDone, first?.files, first?.bytes],
      [0, 0, 60, 240],
    );
    const { bytesPerSecond, secondsLeft, ...last } = progress.at(-1)!;
    assert.ok(bytesPerSecond >= 0);
    assert.ok(secondsLeft === undefined || secondsLeft === 0);
    assert.deepEqual(last, {
      work: 'back-up',
      planId: 3,
      files: 60,
      bytes: 240,
      filesDone: 60,
      bytesDone: 240,
      done: 60,
      failed: 0,
      awaitsStore: false,
      current: undefined,
    });
    for (const [index, now] of progress.entries()) {
      assert.ok(now.filesDone >= (progress[index - 1]?.filesDone ?? 0));
    }
  });

  it('adds up, whatever fails and whenever it is cancelled', async () => {
    const codes: readonly FailureCode[] = [
      'access-denied',
      'changed-in-cloud',
      'unreachable',
      'unexpected',
      'cancelled',
    ];
    await assertProperty(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 80 }),
        fc.array(fc.record({ file: fc.nat(79), code: fc.constantFrom(...codes) }), {
          maxLength: 20,
        }),
        fc.option(fc.nat(80)),
        fc.array(fc.constantFrom('gone1', 'gone2'), { maxLength: 2 }),
        async (count, failures, cancelAfter, missing) => {
          bucket = memoryBucket();
          for (const { file, code } of failures) {
            bucket.failNext('put', new Failure(code, 'x'), { key: `w/${String(file)}` });
          }
          const controller = new AbortController();
          let endedSoFar = 0;
          const plan = planOf(count, missing);
          const { report, outcomes } = await run(plan, {
            signal: controller.signal,
            onEnded: () => {
              if (endedSoFar++ === cancelAfter) controller.abort();
            },
          });
          const { planned, done, failed, skipped, cancelled } = report;
          assert.equal(planned, plan.steps.length);
          assert.equal(done + failed + skipped + cancelled, planned);
          const left = report.stopped === undefined ? 0 : cancelled;
          assert.equal(report.problems.length, failed + skipped + left);
          assert.equal(report.bytes, done * 4);
          assert.deepEqual(
            outcomes.map(({ step }) => step.path),
            plan.steps.map(({ path }) => path),
          );
          for (const outcome of outcomes) {
            const key = `w/${outcome.step.path}`;
            assert.equal(bucket.keys.includes(key), outcome.kind === 'done', key);
          }
          if (cancelAfter === null && !failures.some(({ code }) => code === 'cancelled')) {
            assert.equal(report.stopped === undefined, cancelled === 0);
          }
          assert.match(describeReport(report), /backed up/);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('lets one file’s failure stop no other', async () => {
    bucket.failNext('put', new Failure('access-denied', 'w/5'), { key: 'w/5' });
    const { report, progress } = await run(planOf(50));
    assert.deepEqual([report.done, report.failed], [49, 1]);
    assert.deepEqual(report.problems, [
      {
        folder: 'file:///w',
        path: '5',
        kind: 'failed',
        failure: { code: 'access-denied', subject: 'w/5', cause: undefined },
      },
    ]);
    assert.deepEqual(report.reasons, { 'access-denied': 1 });
    assert.equal(progress.at(-1)?.failed, 1);
  });

  describe('where the bucket refuses all', () => {
    /** Makes it refuse those puts. */
    function refuse(code: FailureCode, isRefused: (key: string) => boolean): void {
      const put = bucket.put.bind(bucket);
      bucket.put = request =>
        isRefused(request.key)
          ? Promise.reject(new Failure(code, request.key, new Error('no')))
          : put(request);
    }

    for (const code of ['access-denied', 'store-full', 'file-refused'] as const) {
      it(`leaves the rest, with one reason: ${code}`, async () => {
        refuse(code, () => true);
        const { report, outcomes, started } = await run(planOf(100));
        assert.equal(report.stopped?.code, code);
        assert.equal(report.done, 0);
        // What was under way by then, and what was tried of the rest.
        assert.ok(report.failed <= lanes + 20, String(report.failed));
        assert.equal(report.cancelled, 100 - report.failed);
        assert.equal(started.length, report.failed);
        assert.deepEqual(report.reasons, { [code]: 100 });
        for (const { kind, failure } of report.problems) {
          assert.equal(failure.code, code);
          assert.notEqual(kind, 'skipped');
        }
        assert.equal(outcomes.length, 100);
      });
    }

    it('goes on where single names are refused, however many begin', async () => {
      // In the order of the plan, all that begin at first.
      refuse('file-refused', key => Number(key.slice(2)) < 80);
      const { report } = await run(planOf(100));
      assert.deepEqual([report.done, report.failed, report.cancelled], [20, 80, 0]);
      assert.equal(report.stopped, undefined);
    });

    it('goes on where the files are to blame', async () => {
      refuse('name-refused', () => true);
      const { report } = await run(planOf(100));
      assert.deepEqual([report.failed, report.cancelled], [100, 0]);
    });

    it('goes on where each is refused for another reason', async () => {
      bucket.put = ({ key }) => {
        const error = new Error('no');
        error.name = `Reason${key}`;
        return Promise.reject(new Failure('unexpected', key, error));
      };
      assert.equal((await run(planOf(100))).report.failed, 100);
    });

    it('goes on in another bucket', async () => {
      refuse('access-denied', () => true);
      const full = planOf(100);
      const other = memoryBucket();
      const steps = full.steps.map(step => ({ ...step, route: { ...step.route, bucket: other } }));
      const { report } = await run({ ...full, steps: [...full.steps, ...steps] });
      assert.equal(report.done, 100);
      assert.equal(report.failed + report.cancelled, 100);
      assert.ok(report.cancelled > 0);
    });

    it('accounts for all when it is cancelled while the rest waits', async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const trial = new Promise<void>(reached => {
        bucket.put = ({ key }) => {
          const failure = new Failure('access-denied', key, new Error('no'));
          if (Number(key.slice(2)) < 75) return Promise.reject(failure);
          reached();
          return new Promise((_, reject) => {
            const cancel = () => {
              reject(new Failure('cancelled', key));
            };
            if (signal.aborted) cancel();
            else signal.addEventListener('abort', cancel);
          });
        };
      });
      const running = run(planOf(100), { signal });
      await trial;
      controller.abort();
      const { report } = await running;
      assert.equal(report.failed + report.cancelled, 100);
      assert.equal(report.stopped, undefined);
    });
  });

  it('skips, with the reason, what is no longer as the plan saw it', async () => {
    bucket.place('w/0', 'theirs');
    writeFileSync(join(root, 'soon-gone'), 'x');
    const plan = planOf(2, ['soon-gone']);
    rmSync(join(root, 'soon-gone'));
    const { report } = await run(plan);
    assert.deepEqual([report.done, report.failed, report.skipped], [1, 0, 2]);
    assert.deepEqual(
      report.problems.map(({ path, failure }) => [path, failure.code]),
      [
        ['0', 'changed-in-cloud'],
        ['soon-gone', 'file-vanished'],
      ],
    );
    assert.equal(bucket.bytes('w/0')?.toString(), 'theirs');
  });

  it('accounts for every step of a run that was cancelled before it began', async () => {
    const { report, started, ended } = await run(planOf(40), { signal: AbortSignal.abort() });
    assert.deepEqual([report.planned, report.cancelled], [40, 40]);
    assert.deepEqual(started, []);
    assert.equal(ended.length, 40);
    assert.deepEqual(bucket.calls, []);
  });

  it('stops soon where it is cancelled in the middle, and keeps what has arrived', async () => {
    const hold = bucket.holdNext('put', { key: 'w/7' });
    const controller = new AbortController();
    const running = run(planOf(80), { signal: controller.signal });
    await hold.reached;
    controller.abort();
    const { report } = await running;
    assert.ok(report.cancelled > 0);
    assert.equal(bucket.keys.length, report.done);
  });
});
