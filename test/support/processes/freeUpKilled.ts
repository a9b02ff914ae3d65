import { freeFile } from '../../../src/engine/freeUp/freeFile';
import { hookDisk } from '../disk/diskHooks';
import { freeUpUnderTest } from '../memory/freeUpUnderTest';
import { memoryBucket } from '../memory/memoryBucket';

/** Frees a file, and is killed at one moment of that. */
async function main(folder: string, wanted: string): Promise<void> {
  const under = freeUpUnderTest(folder, memoryBucket());
  const step = await under.backedUp('a.txt', 'mine');
  hookDisk(moment => {
    if (moment === wanted) process.kill(process.pid, 'SIGKILL');
  });
  await freeFile(step, 'delete', under.tools);
}

const [, , folder, wanted] = process.argv;
if (folder !== undefined && wanted !== undefined) void main(folder, wanted);
