import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { repositoryRoot } from '../dev/repositoryRoot';
import { launchBrowser } from '../test/support/vscode/browser';
import { ratioGraph } from './ratioGraph';
import type { Measured } from './results';

/**
 * Draws what `bench/results` holds, for the README: `npm run bench:graph`. Newer results win. Pixels,
 * since the shops show no SVG in a README.
 */
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
  const drawing = ratioGraph([...newest.values()]);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ deviceScaleFactor: 2 });
    await page.setContent(`<body style="margin:0">${drawing}</body>`);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const picture = await page.locator('svg').screenshot({ omitBackground: true });
      await writeFile(join(images, `speed-${colorScheme}.png`), picture);
    }
  } finally {
    await browser.close();
  }
  console.log(`Drawn: ${[...newest.keys()].join(', ')}`);
}

const images = join(repositoryRoot, 'docs', 'images');

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
