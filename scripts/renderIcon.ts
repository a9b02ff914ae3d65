import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { repositoryRoot } from '../dev/repositoryRoot';
import { launchBrowser } from '../test/support/vscode/browser';

/**
 * Draws `media/icon.svg` as `media/icon.png`, which the shops want: they take no SVG. The one in the
 * repository was reduced to 256 colours afterwards, which no eye sees and the package needs.
 */
async function main(): Promise<void> {
  const media = join(repositoryRoot, 'media');
  const drawing = await readFile(join(media, 'icon.svg'), 'utf8');
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: sizePx, height: sizePx } });
    await page.setContent(`<body style="margin:0">${drawing}</body>`);
    await writeFile(join(media, 'icon.png'), await page.screenshot({ omitBackground: true }));
  } finally {
    await browser.close();
  }
}

const sizePx = 256;

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
