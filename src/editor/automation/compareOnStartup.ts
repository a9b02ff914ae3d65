import type { Comparisons } from '../client/comparisons';
import { isSwitchedOn } from '../contributions/settings';
import { unaskedSetup, type KnownSetupDeps } from '../setUp/knownSetup';
import { localFolders } from '../targets/targets';
import type { Automation } from './automation';

interface CompareOnStartupDeps extends KnownSetupDeps {
  readonly automation: Automation;
  readonly comparisons: Pick<Comparisons, 'run'>;
}

/** Compares those folders whose setting wants it as soon as the window is open. */
export async function compareOnStartup(deps: CompareOnStartupDeps): Promise<void> {
  const folders = localFolders().filter(({ uri }) => isSwitchedOn('compareOnStartup', uri));
  if (folders.length === 0) return;
  await deps.automation.run('comparison', async () => {
    const setups = await Promise.all(folders.map(folder => unaskedSetup(deps, folder)));
    const known = setups.filter(setup => setup !== undefined);
    if (known.length > 0) await deps.comparisons.run(known);
  });
}
