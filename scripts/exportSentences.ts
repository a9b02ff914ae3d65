import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { repositoryRoot } from '../dev/repositoryRoot';
import { sentencesOfSources } from './sentences';

/** Writes what there is to translate, for those who do. */
async function main(): Promise<void> {
  const folder = join(repositoryRoot, 'l10n');
  const sentences = await sentencesOfSources(folder);
  const sorted = Object.entries(sentences).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify(Object.fromEntries(sorted), undefined, 2);
  await writeFile(join(folder, 'bundle.l10n.json'), `${text}\n`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
