import { pathToFileURL } from 'node:url';

import { startBundledEngine } from '../dev/bundledEngine';
import { compare } from '../src/protocol/comparisons';
import type { FolderSetup } from '../src/protocol/folders';
import { planBackUp, runPlan } from '../src/protocol/plans';
import { planRestore } from '../src/protocol/restore';

/*
 * Does one job with the bundled engine, in a worker thread as in VS Code: the process that a bench
 * measures as ours. Arguments: `compare`, `upload` or `restore`; folder, endpoint, prefix and the
 * folder of the records.
 */
async function main(): Promise<void> {
  const [job = '', root = '', endpoint = '', prefix = '', records = ''] = process.argv.slice(2);
  const setup: FolderSetup = {
    id: pathToFileURL(root).href,
    folderId: 'bench',
    name: 'bench',
    root,
    bucket: 'bench',
    prefix,
    settings: { endpoint, region: 'us-east-1', forcePathStyle: true },
  };
  const { ask, stop } = startBundledEngine(records);
  await ask(compare, [setup]);
  const folders = [{ setup, scope: { kind: 'all' } }] as const;
  if (job !== 'compare') {
    const { planId } =
      job === 'upload' ? await ask(planBackUp, { folders }) : await ask(planRestore, { folders });
    const report = await ask(runPlan, planId);
    console.log(JSON.stringify(report));
    if (report.done !== report.planned) process.exitCode = 1;
  }
  await stop();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
