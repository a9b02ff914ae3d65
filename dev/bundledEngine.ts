import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';

import { workerLimits } from '../src/editor/client/workerLimits';
import type { RequestType } from '../src/protocol/messages';
import { heapInUse } from './heapOfWorker';
import { repositoryRoot } from './repositoryRoot';

/** The engine as it is shipped, in a worker thread as in VS Code. */
export interface BundledEngine {
  readonly ask: <P, R>(question: RequestType<P, R>, params: P) => Promise<R>;
  /** Returns how many bytes of its heap are in use when all garbage is gone. */
  readonly heapInUse: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** Starts it on records of its own below `records`. */
export function startBundledEngine(records: string): BundledEngine {
  const worker = new Worker(join(repositoryRoot, 'dist', 'engine.js'), {
    workerData: {
      recordsFile: join(records, 'receipts.sqlite'),
      journalsFolder: join(records, 'staging-journals'),
      locksFolder: join(records, 'engine-locks'),
    },
    resourceLimits: workerLimits,
  });
  const connection = createMessageConnection(
    new PortMessageReader(worker),
    new PortMessageWriter(worker),
  );
  connection.listen();
  return {
    ask: <P, R>({ method }: RequestType<P, R>, params: P) =>
      connection.sendRequest<R>(method, params),
    heapInUse: () => heapInUse(worker),
    async stop() {
      connection.dispose();
      await worker.terminate();
    },
  };
}
