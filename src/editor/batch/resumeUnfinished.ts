import { dropUnfinished } from '../../protocol/plans';
import { backUpRemaining } from '../backUp/backUp';
import type { Services } from '../services';
import { resolveTargets } from '../targets/resolveTargets';

/** Compares the folders of which batches have left files, and backs these up as they are by now. */
export async function resumeUnfinished(services: Services): Promise<void> {
  const setups = await resolveTargets(services, services.earlier.folders);
  if (setups.length === 0) return;
  await services.comparisons.run(setups);
  await backUpRemaining(services, setups);
}

/** Goes on with nothing: what is left stays in the tree like any other file. */
export async function forgetUnfinished(services: Services): Promise<void> {
  const { earlier, engine, ongoing } = services;
  const setups = await resolveTargets(services, earlier.folders);
  if (setups.length > 0) await ongoing.run(token => engine.request(dropUnfinished, setups, token));
  earlier.forget();
}
