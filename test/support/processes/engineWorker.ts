import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  CancellationTokenSource,
  createMessageConnection,
  PortMessageReader,
  PortMessageWriter,
} from 'vscode-jsonrpc/node';

import type { FailureRecord } from '../../../src/protocol/failures';
import {
  logged,
  moveToTrash,
  warned,
  type LogEntry,
  type WorkerData,
} from '../../../src/protocol/host';
import type { RequestType } from '../../../src/protocol/messages';

/** The engine in a thread of its own, as the editor runs it. */
export interface EngineWorker {
  /** What the engine has told of its own accord, so far. */
  readonly warnings: readonly FailureRecord[];
  readonly log: readonly LogEntry[];
  readonly worker: Worker;
  /** Throws the failure's record where there is one. */
  ask<P, R>(question: RequestType<P, R>, request: P, signal?: AbortSignal): Promise<R>;
  /** Answers what the engine asks of the editor. */
  answer<P, R>(question: RequestType<P, R>, answer: (params: P) => R): void;
  /** As when a window is reloaded or its extension host ends. */
  terminate(): Promise<void>;
}

/** `preload` is a module that the thread loads first. */
export function startEngineWorker(workerData: WorkerData, preload?: string): EngineWorker {
  const worker = new Worker(
    join(__dirname, '..', '..', '..', 'src', 'engine', 'serve', 'worker.js'),
    {
      workerData,
      ...(preload === undefined ? {} : { execArgv: ['--require', preload] }),
    },
  );
  const reader = new PortMessageReader(worker);
  const connection = createMessageConnection(reader, new PortMessageWriter(worker));
  const warnings: FailureRecord[] = [];
  const log: LogEntry[] = [];
  connection.onNotification(warned.method, (failure: FailureRecord) => {
    warnings.push(failure);
  });
  connection.onNotification(logged.method, (entry: LogEntry) => {
    log.push(entry);
  });
  connection.onRequest(moveToTrash.method, () => 'no-trash');
  connection.listen();
  return {
    warnings,
    log,
    worker,
    async ask<P, R>({ method }: RequestType<P, R>, request: P, signal?: AbortSignal) {
      const cancelling = new CancellationTokenSource();
      signal?.addEventListener('abort', () => {
        cancelling.cancel();
      });
      try {
        return await connection.sendRequest<R>(method, request, cancelling.token);
      } catch (error) {
        throw error instanceof Error && 'data' in error ? error.data : error;
      }
    },
    answer({ method }, answer) {
      connection.onRequest(
        method,
        (params: never) => Promise.resolve(answer(params)) as Promise<unknown>,
      );
    },
    async terminate() {
      connection.dispose();
      const ended = once(worker, 'exit');
      await worker.terminate();
      await ended;
    },
  };
}
