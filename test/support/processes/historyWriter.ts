import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Failure } from '../../../src/engine/failures/failure';
import { S3Connection } from '../../../src/engine/s3/s3Connection';
import type { FolderSetup } from '../../../src/protocol/folders';
import { aFolder } from '../engine/aFolder';
import { startEngine } from '../engine/startEngine';

/** What one of several computers is to do, as it travels to its process. */
export interface WriterOrder {
  readonly name: string;
  readonly root: string;
  readonly bucket: string;
  readonly endpoint: string;
  readonly region: string;
  readonly keys: readonly string[];
  readonly milliseconds: number;
}

/** On a busy machine the first rounds may take all the time there is, and others may win them all. */
const fewestStored = 5;

/**
 * Writes to the same names as others, each time what was never written before, backs them up, and
 * decides all conflicts for itself.
 */
async function main(order: WriterOrder): Promise<void> {
  const { name, root, bucket, endpoint, region, keys, milliseconds } = order;
  await mkdir(root, { recursive: true });
  const settings = { profile: undefined, region, endpoint, forcePathStyle: true };
  const engine = startEngine({
    connect: (_, traffic) => new S3Connection(settings, { traffic }),
  });
  const setup: FolderSetup = aFolder({ id: `file://${root}`, folderId: name, root, bucket });
  const signal = new AbortController().signal;
  const end = Date.now() + milliseconds;
  let stored = 0;
  for (let round = 0; stored < fewestStored || Date.now() < end; round++) {
    for (const key of keys) await writeFile(join(root, key), `${name}, ${String(round)}, ${key}`);
    try {
      await engine.compare([setup], signal);
      const all = { folders: [{ setup, scope: { kind: 'all' } as const }] };
      stored += (await engine.run((await engine.planBackUp(all, signal)).planId, signal)).done;
      const chosen = { kind: 'resources', paths: [root] } as const;
      const [found] = await engine.conflicts({ folders: [{ setup, scope: chosen }] }, signal);
      const mine = { kind: 'mine', files: found?.conflicts ?? [] } as const;
      const { planId } = await engine.planBackUp({ folders: [{ setup, scope: mine }] }, signal);
      stored += (await engine.run(planId, signal)).done;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
  engine.dispose();
}

const [, , order] = process.argv;
if (order !== undefined) void main(JSON.parse(order) as WriterOrder);
