import { once } from 'node:events';
import { Session } from 'node:inspector/promises';
import type { Worker } from 'node:worker_threads';

/** Returns how many bytes of a thread's heap are in use when all garbage is gone. */
export async function heapInUse(worker: Worker): Promise<number> {
  const session = new Session();
  session.connect();
  try {
    const attached = once(session, 'NodeWorker.attachedToWorker') as Promise<[Attached]>;
    const answered = once(session, 'NodeWorker.receivedMessageFromWorker');
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    const [{ params }] = await attached;
    const message = JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' });
    await session.post('NodeWorker.sendMessageToWorker', { ...params, message });
    await answered;
    await session.post('NodeWorker.disable');
  } finally {
    session.disconnect();
  }
  return (await worker.getHeapStatistics()).used_heap_size;
}

interface Attached {
  readonly params: { readonly sessionId: string };
}
