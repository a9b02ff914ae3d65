import { Session } from 'node:inspector/promises';

/** How many engines run in worker threads of this extension host, found by Node's own inspector. */
export async function countEngines(): Promise<number> {
  return await withEngines(({ ids }) => Promise.resolve(ids.length));
}

/** Ends all engines as a crash does: by an error that nobody catches. */
export async function killEngines(): Promise<void> {
  await withEngines(async ({ ids, session, ended }) => {
    const expression = `setImmediate(() => { throw new Error('A test crashed the engine.'); })`;
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } });
    for (const sessionId of ids) {
      await session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
    }
    await ended(ids.length);
  });
}

/**
 * Waits until the one engine is gone that the action ends. Node crashes when an inspector comes to
 * a thread that is about to end, so that tests have to leave no such thread behind.
 */
export async function untilEngineEnds(action: () => void): Promise<void> {
  await withEngines(async ({ ended }) => {
    action();
    await ended(1);
  });
}

interface Engines {
  /** They hold in this one session with the inspector only. */
  readonly ids: readonly string[];
  readonly session: Session;
  /** Waits until so many of them are gone. */
  readonly ended: (count: number) => Promise<void>;
}

async function withEngines<T>(work: (engines: Engines) => Promise<T>): Promise<T> {
  const session = new Session();
  session.connect();
  try {
    const ids: string[] = [];
    const gone = new Set<string>();
    let noteEnd = (): void => undefined;
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      if (/[\\/]dist[\\/]engine\.js$/.test(workerInfo.url)) ids.push(sessionId);
    });
    session.on('NodeWorker.detachedFromWorker', ({ params: { sessionId } }) => {
      if (ids.includes(sessionId)) gone.add(sessionId);
      noteEnd();
    });
    // All workers that run are announced before the answer.
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return await work({
      ids,
      session,
      ended: count =>
        new Promise(resolve => {
          noteEnd = () => {
            if (gone.size >= count) resolve();
          };
          noteEnd();
        }),
    });
  } finally {
    session.disconnect();
  }
}
