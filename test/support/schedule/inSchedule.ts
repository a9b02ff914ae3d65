import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';

import { temporaryFolder } from '../../../dev/temporaryFolder';
import { scheduleTimeAndDisk } from './scheduledTime';
import { TwoEngines } from './twoEngines';

/** Lets some work go on in the scheduler's order until it is over. */
export type Through = <T>(work: Promise<T>) => Promise<T>;

/** On Linux; a disk of its own would be waited for at each sync. */
const inMemory = '/dev/shm';

const onGoing = { settle: () => Promise.resolve() };

/** For what draws by itself: lets whatever was let go come to its next turn before each draw. */
export const settledScheduler: fc.Arbitrary<fc.Scheduler> = fc.scheduler({
  async act(draw) {
    await onGoing.settle();
    await draw();
    await onGoing.settle();
  },
});

/**
 * Runs something in two windows that both know two files as proved, in the scheduler's order, and
 * looks at what is true when all has come to rest. Returns that order.
 */
export async function inSchedule(
  scheduler: fc.Scheduler,
  run: (world: TwoEngines, through: Through) => Promise<void>,
): Promise<string> {
  const folder = await temporaryFolder('schedule', existsSync(inMemory) ? inMemory : tmpdir());
  const order: string[] = [];
  const turn = async (what: string) => {
    await scheduler.schedule(Promise.resolve(), what);
    order.push(what);
  };
  const scheduled = scheduleTimeAndDisk(turn);
  onGoing.settle = () => scheduled.settle();
  const world = new TwoEngines(folder.path, turn);
  const through: Through = async work => {
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
    await run(world, through);
    world.checkTold();
    await through(world.tellAll());
    await world.check();
    await through(compareAll(world));
    world.checkCompared();
    await through(assertBackedUpOnce(world));
  } finally {
    world.close();
    await through(Promise.resolve());
    onGoing.settle = () => Promise.resolve();
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

async function compareAll({ windows }: TwoEngines): Promise<void> {
  for (const window of windows) await window.compare();
}

/** A second back-up, by either window, finds nothing that the first one has left. */
async function assertBackedUpOnce({ windows }: TwoEngines): Promise<void> {
  const [one, other] = windows;
  const { failed, skipped } = await one.backUp({ kind: 'all' });
  if (failed + skipped > 0) return;
  await other.compare();
  for (const window of windows) {
    const { files } = await window.plan({ kind: 'all' });
    assert.equal(files, 0, 'a second back-up has something to do');
  }
}
