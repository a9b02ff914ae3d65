import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Database } from '../../../src/engine/records/database';
import { Receipts } from '../../../src/engine/records/receiptStore';
import type { FolderSetup } from '../../../src/protocol/folders';
import type { State } from '../../../src/protocol/state';
import { eventually } from '../suite/eventually';
import { memoryBucket } from '../memory/memoryBucket';
import { startEngine } from '../engine/startEngine';
import { aFolder } from '../engine/aFolder';

/** What happened on the disk that was full. */
export interface FullDiskStory {
  readonly backedUp: number;
  /** Files that were shown as safe while it was full. */
  readonly shown: number;
  readonly troubles: readonly string[];
  readonly keptWhileFull: number;
  /** Files that the next engine, with room on the disk, has found to be safe by itself. */
  readonly provedAgain: number;
  readonly keptAfterwards: number;
}

/** Backs up many files while the disk with the receipts is full, then compares with room again. */
async function main(disk: string): Promise<void> {
  const file = join(disk, 'storage', 'receipts.sqlite');
  const root = join(disk, 'w');
  mkdirSync(root);
  for (let n = 0; n < files; n++) writeFileSync(join(root, `${String(n)}.txt`), '');
  const setup: FolderSetup = aFolder({
    root,
    bucket: 'b',
    prefix: '',
  });
  const owner = { folderId: 'f', store: 'memory', bucket: 'b', prefix: '' };
  const bucket = memoryBucket({ name: 'b' });
  const troubles: string[] = [];
  const signal = new AbortController().signal;

  function open() {
    const fail = (why: unknown) => {
      throw new Error('The file is broken.', { cause: why });
    };
    const receipts = new Receipts(
      Database.open({
        file,
        onBroken: fail,
        onError: why => troubles.push((why as Error).message),
      }),
    );
    let state: State | undefined;
    const engine = startEngine({
      receipts,
      bucket,
      onState: now => {
        state = now;
      },
    });
    return { engine, receipts, totals: () => state?.comparisons[0] };
  }

  const full = open();
  await full.engine.compare([setup], signal);
  full.receipts.of(owner);
  const filler = join(disk, 'filler');
  fill(filler);
  const { planId } = await full.engine.planBackUp(
    { folders: [{ setup, scope: { kind: 'all' } }] },
    signal,
  );
  const { done: backedUp } = await full.engine.run(planId, signal);
  await full.engine.compare([setup], signal);
  const shown = full.totals()?.groups['up-to-date'].files ?? 0;
  const keptWhileFull = full.receipts.of(owner).all().size;
  full.engine.dispose();

  rmSync(filler);
  const roomy = open();
  await roomy.engine.compare([setup], signal);
  await eventually(() => {
    if (roomy.totals()?.proved !== files) throw new Error('Not yet proved.');
  });
  const provedAgain = roomy.totals()?.proved ?? 0;
  const keptAfterwards = roomy.receipts.of(owner).all().size;
  roomy.engine.dispose();
  const story: FullDiskStory = {
    backedUp,
    shown,
    troubles,
    keptWhileFull,
    provedAgain,
    keptAfterwards,
  };
  process.send?.(story);
}

const files = 300;

/** Writes until there is no room left. */
function fill(file: string): void {
  for (let bytes = 1 << 20; bytes >= 1; bytes >>= 1) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

const [, , disk] = process.argv;
if (disk !== undefined) {
  void main(disk).finally(() => {
    process.disconnect();
  });
}
