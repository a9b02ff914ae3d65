import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { installOnce } from '../../dev/installOnce';
import { temporaryFolder } from '../../dev/temporaryFolder';
import { startBareServer, type BareServer } from '../bareServer';
import { makeFiles } from '../workloads';
import { openMeasuredWindow, type MeasuredWindow } from './measuredWindow';
import type { LoopDelay } from './questions';
import { pressedUntilRowSays, whenRowSays } from './untilShown';

/** What was measured of one kind; what cannot be had too small, in milliseconds or bytes. */
export interface Figure {
  readonly what: string;
  readonly unit: 'ms' | 'bytes';
  /** One for each round. */
  readonly values: readonly number[];
  /** What the median must not exceed; `undefined` where it is told for comparison only. */
  readonly atMost: number | undefined;
}

export interface Surroundings {
  /** The program that serves. */
  readonly program: string;
  readonly rounds: number;
}

/** Returns what was measured, all rounds of it. */
type Scenario = (surroundings: Surroundings) => Promise<readonly Figure[]>;

/** A million keys against a hundred thousand files, each time in a window that has compared nothing. */
const aMillionKeys: Scenario = async ({ program, rounds }) => {
  const files = 100_000;
  const workspace = await installOnce('bench-100000-of-1', into =>
    makeFiles(into, { files, bytes: 1 }),
  );
  return await inWindow({ program, workspace, prefix: 'shared/' }, async (window, server) => {
    await server.makeObjects({ prefix: 'shared/', count: 1_000_000, bytes: 1 });
    const figures = new Figures();
    for (let round = 0; round < rounds; round++) {
      if (round > 0) await window.reload();
      const idle = await watched(window, () => delay(idleMs));
      const before = await window.memoryBytes();
      const rows = whenRowSays(window.page, /^Only in Cloud, (?!.*last compared)/);
      const { done, loop } = await watched(window, () => window.ask({ kind: 'compare' }));
      figures.add('rows shown after the comparison’s end', 'ms', (await rows) - done.endedAt, 200);
      figures.loop('while a million keys are compared', loop, idle.loop);
      figures.add('a comparison of a million keys', 'ms', done.endedAt - done.begunAt);
      figures.add('memory at its peak', 'bytes', (await window.peakBytes()) - before);
      await delay(idleMs);
      figures.add('memory some seconds after it', 'bytes', (await window.memoryBytes()) - before);
      const { begunAt, endedAt } = await window.ask({ kind: 'cancel', localFiles: 50_000 });
      figures.add('Cancel of a comparison', 'ms', endedAt - begunAt, 100);
      await delay(idleMs);
      figures.add(
        'memory after a second one, cancelled',
        'bytes',
        (await window.memoryBytes()) - before,
      );
    }
    return figures.all();
  });
};

/** Cancel while one folder with a million files is read. */
const oneHugeFolder: Scenario = async ({ program, rounds }) => {
  const temporary = await temporaryFolder('bench-flat');
  // Below the workspace's own folder, all of whose entries VS Code's Explorer would read first.
  const huge = join(temporary.path, 'huge');
  mkdirSync(huge);
  makeFlat(huge, 1_000_000);
  const place = { program, workspace: temporary.path, prefix: 'huge/' };
  const figures = await inWindow(place, async window => {
    const figures = new Figures();
    for (let round = 0; round < rounds; round++) {
      const { begunAt, endedAt } = await window.ask({ kind: 'cancel', localFiles: 200_000 });
      figures.add('Cancel while a folder of a million files is read', 'ms', endedAt - begunAt, 100);
    }
    return figures.all();
  });
  await temporary.remove();
  return figures;
};

/** A folder of a hundred thousand files, from a store that is 20 ms away. */
const oneLargeFolder: Scenario = async ({ program, rounds }) => {
  const workspace = await installOnce('bench-flat-100000', into => {
    makeFlat(into, 100_000);
    return Promise.resolve();
  });
  const place = { program, workspace, prefix: 'large/', rttMs: 20 };
  return await inWindow(place, async window => {
    const { page, tree } = window;
    const figures = new Figures();
    const first = whenRowSays(page, /^000000\.bin, missing/);
    const { endedAt } = await window.ask({ kind: 'compare' });
    figures.add(
      'first page of 100,000 files, after the comparison’s end',
      'ms',
      (await first) - endedAt,
    );
    for (let round = 0; round < rounds; round++) {
      await tree.collapse('Missing in Cloud');
      const again = pressedUntilRowSays(page, /^000000\.bin, missing/);
      await tree.expand('Missing in Cloud');
      figures.add('first page of 100,000 files, when the group is opened', 'ms', await again);
    }
    // The first one finds the store out.
    for (let round = -1; round < rounds; round++) {
      const name = `${String(round + 1).padStart(6, '0')}.bin`;
      await tree.waitForRow(name);
      const green = pressedUntilRowSays(page, new RegExp(`^${name}, up to date.*backed up`));
      await tree.click(name);
      const ms = await green;
      if (round >= 0) figures.add('a click until its row is green, 20 ms away', 'ms', ms, 150);
      await delay(betweenClicksMs);
    }
    return figures.all();
  });
};

/** A back-up of ten thousand small files. */
const tenThousandFiles: Scenario = async ({ program, rounds }) => {
  const files = 10_000;
  const workspace = await installOnce('bench-10000-of-4096', into =>
    makeFiles(into, { files, bytes: 4096 }),
  );
  return await inWindow({ program, workspace, prefix: 'sent/' }, async (window, server) => {
    const figures = new Figures();
    for (let round = 0; round < rounds; round++) {
      if (round > 0) await window.reload();
      const idle = await watched(window, () => delay(idleMs));
      const before = await window.memoryBytes();
      const { done, loop } = await watched(window, () => {
        const asked = window.ask({ kind: 'back-up' });
        // So many files are asked about each time.
        void window.workbench.dialog.press('Back Up');
        return asked;
      });
      figures.loop('while 10,000 files are backed up', loop, idle.loop);
      figures.add('a back-up of 10,000 files', 'ms', done.endedAt - done.begunAt);
      figures.add('memory at the peak of a back-up', 'bytes', (await window.peakBytes()) - before);
      await server.clear('sent/');
    }
    return figures.all();
  });
};

export const scenarios: Readonly<Record<string, Scenario>> = {
  aMillionKeys,
  oneHugeFolder,
  oneLargeFolder,
  tenThousandFiles,
};

const idleMs = 8_000;
const betweenClicksMs = 3_000;

interface Place {
  readonly program: string;
  readonly workspace: string;
  readonly prefix: string;
  readonly rttMs?: number;
}

async function inWindow<T>(
  { program, workspace, prefix, rttMs = 0 }: Place,
  work: (window: MeasuredWindow, server: BareServer) => Promise<T>,
): Promise<T> {
  const server = await startBareServer(program, rttMs);
  try {
    const window = await openMeasuredWindow({ workspace, server, prefix });
    try {
      return await work(window, server);
    } finally {
      await window.stop();
    }
  } finally {
    await server.stop();
  }
}

/** Makes empty files in one folder. */
function makeFlat(folder: string, count: number): void {
  for (let index = 0; index < count; index++) {
    closeSync(openSync(join(folder, `${String(index).padStart(6, '0')}.bin`), 'w'));
  }
}

/** Measures the event loop of the extension host while something happens. */
async function watched<T>(
  window: MeasuredWindow,
  what: () => Promise<T>,
): Promise<{ readonly done: T; readonly loop: LoopDelay }> {
  await window.ask({ kind: 'watch' });
  const done = await what();
  const { loop } = await window.ask({ kind: 'take' });
  if (loop === undefined) throw new Error('The extension host tells nothing of its event loop.');
  return { done, loop };
}

class Figures {
  readonly #figures = new Map<string, Figure>();

  add(what: string, unit: Figure['unit'], value: number, atMost?: number): void {
    const values = [...(this.#figures.get(what)?.values ?? []), value];
    this.#figures.set(what, { what, unit, values, atMost });
    console.log(
      `  ${what}: ${unit === 'ms' ? value.toFixed(1) : (value / 1e6).toFixed(0)} ${unit === 'ms' ? 'ms' : 'MB'}`,
    );
  }

  /** What the event loop was late beside what it is when nothing happens. */
  loop(when: string, loop: LoopDelay, idle: LoopDelay): void {
    this.add(`event loop, p99, idle before: ${when}`, 'ms', idle.p99);
    this.add(`event loop, p99.9, idle before: ${when}`, 'ms', idle.p999);
    this.add(`event loop, p99 over idle, ${when}`, 'ms', loop.p99 - idle.p99, 5);
    this.add(`event loop, p99.9, ${when}`, 'ms', loop.p999, 50);
    this.add(`event loop, longest, ${when}`, 'ms', loop.max);
  }

  all(): readonly Figure[] {
    return [...this.#figures.values()];
  }
}
