import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';

import { Failure } from '../../../src/engine/failures/failure';
import type { Report } from '../../../src/protocol/reports';
import type { ProjectInMemory } from '../memory/projectInMemory';
import type { TwoEngines } from './twoEngines';

/** What happens beside the others, begun at once; its calls wait for their turns. */
export class Act {
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

/** What users, windows and somebody else do. */
export const acts: fc.Arbitrary<Act> = fc.oneof(
  window.map(at => new Act(`compare ${String(at)}`, world => world.windows[at].compare())),
  window.map(
    at =>
      new Act(`back up ${String(at)}`, world =>
        planned(() => world.windows[at].backUp({ kind: 'all' })),
      ),
  ),
  window.map(
    at =>
      new Act(`free up ${String(at)}`, async world => {
        const before = world.disk();
        await planned(() => freeUp(world.windows[at]));
        const after = world.disk();
        for (const name of before.keys()) if (!after.has(name)) world.freed.add(name);
      }),
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
