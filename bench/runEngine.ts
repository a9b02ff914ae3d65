import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';

import { repositoryRoot } from '../dev/repositoryRoot';
import { workerLimits } from '../src/editor/client/workerLimits';
import { compare } from '../src/protocol/comparisons';
import type { FolderSetup } from '../src/protocol/folders';
import { isUnsaved, type WorkerData } from '../src/protocol/host';
import type { RequestType } from '../src/protocol/messages';
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
  const workerData: WorkerData = {
    recordsFile: join(records, 'receipts.sqlite'),
    journalsFolder: join(records, 'staging-journals'),
    locksFolder: join(records, 'engine-locks'),
  };
  const worker = new Worker(join(repositoryRoot, 'dist', 'engine.js'), {
    workerData,
    resourceLimits: workerLimits,
  });
  const engine = createMessageConnection(
    new PortMessageReader(worker),
    new PortMessageWriter(worker),
  );
  engine.onRequest(isUnsaved.method, () => false);
  engine.listen();
  const ask = <P, R>({ method }: RequestType<P, R>, params: P): Promise<R> =>
    engine.sendRequest<R>(method, params);
  await ask(compare, [setup]);
  const folders = [{ setup, scope: { kind: 'all' } }] as const;
  if (job !== 'compare') {
    const { planId } =
      job === 'upload' ? await ask(planBackUp, { folders }) : await ask(planRestore, { folders });
    const report = await ask(runPlan, planId);
    console.log(JSON.stringify(report));
    if (report.done !== report.planned) process.exitCode = 1;
  }
  engine.dispose();
  await worker.terminate();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
