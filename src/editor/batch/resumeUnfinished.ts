import { dropRemaining } from '../../protocol/plans';
import { backUpRemaining } from '../backUp/backUp';
import type { Parts } from '../services';
import { settleTargets } from '../targets/resolveTargets';

/** Compares the folders of which batches have left files, and backs these up as they are by now. */
export async function resumeEarlier(parts: Parts): Promise<void> {
  const setups = await settleTargets(parts, parts.earlier.folders);
  if (setups.length === 0) return;
  await parts.comparisons.run(setups);
  await backUpRemaining(parts, setups);
}

/** Goes on with nothing: what is left stays in the tree like any other file. */
export async function forgetEarlier(parts: Parts): Promise<void> {
  const { earlier, engine, ongoing } = parts;
  const setups = await settleTargets(parts, earlier.folders);
  if (setups.length > 0) await ongoing.run(token => engine.request(dropRemaining, setups, token));
  earlier.forget();
}
