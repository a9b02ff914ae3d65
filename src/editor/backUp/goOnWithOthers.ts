import type { State } from '../../protocol/state';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';

interface GoOnWithOthersDeps {
  readonly engine: Pick<EngineClient, 'state'>;
  readonly operations: RunningOperations;
}

/**
 * Lets back-ups that wait for credentials go on with others that were just chosen: they are ended,
 * and `resume` judges anew what they have left, and sends it. Returns whether there were any.
 */
export async function goOnWithOthers(
  { engine, operations }: GoOnWithOthersDeps,
  resume: () => Promise<void>,
): Promise<boolean> {
  if (operations.isEmpty || !isWaitingForCredentials(engine.state)) return false;
  const ended = new Promise<void>(resolve => {
    const listening = operations.onDidChange(() => {
      if (!operations.isEmpty) return;
      listening.dispose();
      resolve();
    });
  });
  operations.cancelAll();
  await ended;
  await resume();
  return true;
}

/** Only back-ups leave a note of what is left. */
function isWaitingForCredentials(state: State): boolean {
  return (
    state.kind === 'paused' &&
    state.why.kind === 'sign-in-needed' &&
    state.batches.every(({ work }) => work === 'back-up')
  );
}
