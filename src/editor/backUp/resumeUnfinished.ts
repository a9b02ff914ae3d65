import { dropUnfinished } from '../../protocol/plans';
import type { UnfinishedBatch } from '../batch/unfinishedBatch';
import type { Comparisons } from '../client/comparisons';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';
import { resolveTargets } from '../setUp/resolveTargets';
import { backUpUnfinished, type BackUpDeps } from './backUp';

interface ResumeUnfinishedDeps extends BackUpDeps {
  readonly engine: EngineClient;
  readonly operations: RunningOperations;
  readonly unfinished: UnfinishedBatch;
  readonly comparisons: Comparisons;
}

/** Compares the folders with unfinished files, and backs these up as they are now. */
export async function resumeUnfinished(deps: ResumeUnfinishedDeps): Promise<void> {
  const setups = await resolveTargets(deps, deps.unfinished.folders);
  if (setups.length === 0) return;
  await deps.comparisons.run(setups);
  await backUpUnfinished(deps, setups);
}

/** Forgets what is unfinished; the files stay in the tree like any others. */
export async function forgetUnfinished(deps: ResumeUnfinishedDeps): Promise<void> {
  const { unfinished, engine, operations } = deps;
  const setups = await resolveTargets(deps, unfinished.folders);
  if (setups.length > 0)
    await operations.run(token => engine.sendRequest(dropUnfinished, setups, token));
  unfinished.forget();
}
