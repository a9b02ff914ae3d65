import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { repositoryRoot } from '../dev/repositoryRoot';
import { ratioGraph } from './ratioGraph';
import type { Measured } from './results';

/** Draws what `bench/results` holds, for the README: `npm run bench:graph`. Newer results win. */
async function main(): Promise<void> {
  const folder = join(repositoryRoot, 'bench', 'results');
  const names = (await readdir(folder)).filter(name => name.endsWith('.json')).sort();
  const all = await Promise.all(
    names.map(async name => JSON.parse(await readFile(join(folder, name), 'utf8')) as Measured),
  );
  const newest = new Map(
    all
      .filter(({ server }) => server === 'bare')
      .flatMap(({ results }) => results)
      .map(result => [result.workload.name, result]),
  );
  const into = join(repositoryRoot, 'docs', 'images', 'speed.svg');
  await mkdir(dirname(into), { recursive: true });
  await writeFile(into, ratioGraph([...newest.values()]));
  console.log(`${into}: ${[...newest.keys()].join(', ')}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
