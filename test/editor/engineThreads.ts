import { Session } from 'node:inspector/promises';

/** How many engines run in worker threads of this extension host, found by Node's own inspector. */
export async function countEngines(): Promise<number> {
  return await withEngines(engines => Promise.resolve(engines.length));
}

/** Ends all engines as a crash does: by an error that nobody catches. */
export async function killEngines(): Promise<void> {
  await withEngines(async (engines, session) => {
    const alive = new Set(engines);
    const ended = new Promise<void>(resolve => {
      session.on('NodeWorker.detachedFromWorker', ({ params: { sessionId } }) => {
        alive.delete(sessionId);
        if (alive.size === 0) resolve();
      });
    });
    for (const sessionId of engines) {
      const expression = `setImmediate(() => { throw new Error('A test crashed the engine.'); })`;
      const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } });
      await session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
    }
    if (engines.length > 0) await ended;
  });
}

/** Works on the engines by the ids that they have in this one session with the inspector. */
async function withEngines<T>(
  work: (engines: readonly string[], session: Session) => Promise<T>,
): Promise<T> {
  const session = new Session();
  session.connect();
  try {
    const engines: string[] = [];
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      if (/[\\/]dist[\\/]engine\.js$/.test(workerInfo.url)) engines.push(sessionId);
    });
    // All workers that run are announced before the answer.
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return await work([...engines], session);
  } finally {
    session.disconnect();
  }
}
