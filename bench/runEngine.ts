import { pathToFileURL } from 'node:url';

import { startBundledEngine } from '../dev/bundledEngine';
import { compare } from '../src/protocol/comparisons';
import type { FolderSetup } from '../src/protocol/folders';
import { planBackUp, runPlan } from '../src/protocol/plans';
import { planRestore } from '../src/protocol/restore';
import { heapLine } from './heapUse';

/*
 * Does one job with the bundled engine, in a worker thread as in VS Code: the process that a bench
 * measures as ours. Arguments: `compare`, `upload` or `restore`; folder, endpoint, prefix and the
 * folder of the records; `heap` where it is to tell what its heap holds, which is not measured as
 * well: collecting garbage takes time.
 */
async function main(): Promise<void> {
  const [job = '', root = '', endpoint = '', prefix = '', records = '', heap] =
    process.argv.slice(2);
  const setup: FolderSetup = {
    id: pathToFileURL(root).href,
    folderId: 'bench',
    name: 'bench',
    root,
    bucket: 'bench',
    prefix,
    settings: { endpoint, region: 'us-east-1', forcePathStyle: true },
  };
  const { ask, heapInUse, stop } = startBundledEngine(records);
  const before = heap === undefined ? 0 : await heapInUse();
  await ask(compare, [setup]);
  const folders = [{ setup, scope: { kind: 'all' } }] as const;
  if (job !== 'compare') {
    const { planId } =
      job === 'upload' ? await ask(planBackUp, { folders }) : await ask(planRestore, { folders });
    const report = await ask(runPlan, planId);
    console.log(JSON.stringify(report));
    if (report.done !== report.planned) process.exitCode = 1;
  }
  if (heap !== undefined) {
    console.log(heapLine({ before, after: await heapInUse() }));
  }
  await stop();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
