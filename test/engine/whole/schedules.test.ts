import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';

import { temporaryFolder } from '../../../dev/temporaryFolder';
import { Failure } from '../../../src/engine/failures/failure';
import type { Report } from '../../../src/protocol/reports';
import type { ProjectInMemory } from '../../support/memory/projectInMemory';
import { scheduleTimeAndDisk } from '../../support/schedule/scheduledTime';
import { TwoEngines } from '../../support/schedule/twoEngines';
import { assertProperty } from '../../support/suite/assertProperty';
import { testVariables } from '../../support/suite/testEnvironment';

/** What happens beside the others, begun at once; its calls wait for their turns. */
class Act {
  readonly #name: string;
  readonly run: (world: TwoEngines) => Promise<unknown>;

  constructor(name: string, run: (world: TwoEngines) => Promise<unknown>) {
    this.#name = name;
    this.run = run;
  }

  /** For the report of a failure. */
  toString(): string {
    return this.#name;
  }
}

const path = fc.constantFrom('a', 'a', 'd/b');
const window = fc.constantFrom<0 | 1>(0, 1);
const signal = new AbortController().signal;

const acts: fc.Arbitrary<Act> = fc.oneof(
  window.map(at => new Act(`compare ${String(at)}`, world => world.windows[at].compare())),
  window.map(
    at =>
      new Act(`back up ${String(at)}`, world =>
        planned(() => world.windows[at].backUp({ kind: 'all' })),
      ),
  ),
  window.map(
    at => new Act(`free up ${String(at)}`, world => planned(() => freeUp(world.windows[at]))),
  ),
  fc
    .tuple(window, fc.constantFrom('skip', 'replace', 'keep-both'))
    .map(
      ([at, choice]) =>
        new Act(`restore ${String(at)}, ${choice}`, world =>
          planned(() => world.windows[at].restore({ kind: 'all' }, choice)),
        ),
    ),
  fc.tuple(path, fc.constantFrom('x', 'y', 'longer', undefined), fc.boolean()).map(
    ([name, content, isTold]) =>
      new Act(`write ${name} '${String(content)}'${isTold ? ', told' : ''}`, async world => {
        // In its turn, as everybody.
        await world.turn('the user');
        world.write(name, content);
        if (!isTold) {
          world.untold.add(name);
          return;
        }
        for (const { engine, setup } of world.windows) {
          await world.turn('a watcher');
          await engine.filesChanged(setup.id, [join(world.root, name)]);
        }
      }),
  ),
  path.map(
    name =>
      new Act(`somebody stores ${name}`, async world => {
        await world.turn('somebody else');
        world.place(name, 'foreign');
      }),
  ),
);

/** A plan may find that nothing was compared, or that the comparison is another one by now. */
async function planned(run: () => Promise<Report | undefined>): Promise<void> {
  try {
    const report = await run();
    if (report === undefined) return;
    const { done, failed, skipped, cancelled } = report;
    assert.equal(done + failed + skipped + cancelled, report.planned);
  } catch (error) {
    assert.ok(error instanceof Failure && error.code === 'plan-outdated', String(error));
  }
}

async function freeUp({ engine, setup }: ProjectInMemory): Promise<Report | undefined> {
  const folders = [{ setup, scope: { kind: 'all' } as const }];
  const { planId, files } = await engine.planFreeUp({ folders }, signal);
  if (files === 0) return undefined;
  engine.chooseFreeUpMethod({ planId, method: 'delete' });
  return engine.run(planId, signal);
}

const runs = Number(process.env[testVariables.scheduleRuns] ?? 90);
const begun = fc.array(acts, { minLength: 2, maxLength: 6, size: 'max' });
/** On Linux; a disk of its own would be waited for at each sync. */
const inMemory = '/dev/shm';

/** Runs all acts at once in the scheduler's order, and returns that order. */
async function runScheduled(given: readonly Act[], scheduler: fc.Scheduler): Promise<string> {
  const folder = await temporaryFolder('schedule', existsSync(inMemory) ? inMemory : tmpdir());
  const order: string[] = [];
  const turn = async (what: string) => {
    await scheduler.schedule(Promise.resolve(), what);
    order.push(what);
  };
  const scheduled = scheduleTimeAndDisk(turn);
  const world = new TwoEngines(folder.path, turn);
  const through = async <T>(work: Promise<T>): Promise<T> => {
    const ended = { isOver: false };
    const over = work.finally(() => {
      ended.isOver = true;
    });
    over.catch(() => undefined);
    for (;;) {
      await scheduled.settle();
      if (ended.isOver) return over;
      if (scheduler.count() > 0) await scheduler.waitNext(1);
    }
  };
  try {
    world.write('a', 'x');
    world.write('d/b', 'y');
    await through(prepare(world));
    await through(Promise.all(given.map(({ run }) => run(world))));
    world.checkTold();
    await through(world.tellAll());
    world.check();
  } finally {
    world.close();
    await through(Promise.resolve());
    scheduled.restore();
    await folder.remove();
  }
  return order.join('\n');
}

/** Both windows know both files as proved. */
async function prepare({ windows }: TwoEngines): Promise<void> {
  await windows[0].compare();
  await windows[0].backUp({ kind: 'all' });
  await windows[1].compare();
}

describe('Whatever happens at once, in whatever order', function () {
  this.timeout(runs * 4_000 + 30_000);

  it('the promises hold', async () => {
    await assertProperty(
      fc.asyncProperty(fc.scheduler(), begun, async (scheduler, given) => {
        await runScheduled(given, scheduler);
      }),
      { numRuns: runs },
    );
  });

  it('the order is that of the seed', async () => {
    const orders = async () => {
      const met: string[] = [];
      const note = async (scheduler: fc.Scheduler, given: readonly Act[]) => {
        met.push(await runScheduled(given, scheduler));
      };
      await assertProperty(fc.asyncProperty(fc.scheduler(), begun, note), { numRuns: 12 });
      return met;
    };
    const first = await orders();
    assert.ok(new Set(first).size > 1);
    assert.deepEqual(await orders(), first);
  });
});
