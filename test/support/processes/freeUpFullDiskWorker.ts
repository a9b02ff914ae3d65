import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { Failure } from '../../../src/engine/failures/failure';
import { freeFile } from '../../../src/engine/freeUp/freeFile';
import { hookDisk } from '../disk/diskHooks';
import { freeUpUnderTest } from '../memory/freeUpUnderTest';
import { memoryBucket } from '../memory/memoryBucket';

/** What became of files on a disk that has no room for a copy of them. */
export interface FullDiskFreeing {
  /** It was written just before. */
  readonly fresh: { readonly code: string; readonly isWhole: boolean };
  /** Nobody has written it for long. */
  readonly rested: { readonly code: string; readonly left: readonly string[] };
  /** Somebody writes it just before it goes. */
  readonly changed: {
    readonly code: string;
    readonly left: readonly string[];
    readonly isWholeThere: boolean;
  };
}

const size = 6 << 20;

async function main(disk: string): Promise<void> {
  const under = freeUpUnderTest(disk, memoryBucket());
  const hourAgo = new Date(Date.now() - 3_600_000);

  async function freed(name: string, age: 'fresh' | 'rested'): Promise<Failure | undefined> {
    const modifiedAt = age === 'rested' ? hourAgo : new Date();
    const step = await under.backedUp(name, Buffer.alloc(size, 7), modifiedAt);
    try {
      await freeFile(step, 'delete', under.tools);
      return undefined;
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
  }

  const fresh = await freed('fresh', 'fresh');
  const isWhole = readFileSync(join(under.root, 'fresh')).equals(Buffer.alloc(size, 7));
  rmSync(join(under.root, 'fresh'));

  const rested = await freed('rested', 'rested');
  const afterRested = readdirSync(under.root);

  const { restore } = hookDisk(async moment => {
    if (moment !== 'before unlink') return;
    restore();
    const [name] = readdirSync(under.root);
    const handle = await open(join(under.root, name ?? ''), 'r+');
    await handle.write(Buffer.alloc(1, 8), 0, 1, 0);
    await handle.close();
  });
  const changed = await freed('changed', 'rested');
  const place = changed?.toRecord().cause?.split(' ← ')[0] ?? '';
  const there = readFileSync(place);
  const story: FullDiskFreeing = {
    fresh: { code: fresh?.code ?? 'freed', isWhole },
    rested: { code: rested?.code ?? 'freed', left: afterRested },
    changed: {
      code: changed?.code ?? 'freed',
      left: readdirSync(under.root),
      isWholeThere: there.length === size && there[0] === 8 && there[size - 1] === 7,
    },
  };
  process.send?.(story);
}

const [, , disk] = process.argv;
if (disk !== undefined) {
  void main(disk).finally(() => {
    process.disconnect();
  });
}
