import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { repositoryRoot } from '../dev/repositoryRoot';
import { temporaryFolder } from '../dev/temporaryFolder';
import { startUiSession, type UiSession } from '../test/support/vscode/uiSession';
import { makeSampleWorkspace } from './sampleWorkspace';

/** Takes the pictures of the documents, in both themes, from the extension as it is built. */
async function main(folder = join(repositoryRoot, 'docs', 'images')): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, theme] of Object.entries(themes)) {
    await takePictures(theme, picture => resolve(folder, `${picture}-${name}.png`));
  }
}

const themes = { light: 'Default Light Modern', dark: 'Default Dark Modern' };
const bucket = 'field-notes';

async function takePictures(theme: string, file: (picture: string) => string): Promise<void> {
  const temporary = await temporaryFolder('screenshots');
  const workspace = join(temporary.path, 'field-journal');
  await mkdir(workspace);
  const session = await startUiSession({
    workspace,
    buckets: [bucket],
    settings: {
      's3Backup.bucket': bucket,
      'workbench.colorTheme': theme,
      'window.commandCenter': false,
      // Without the name of the server that stands in for VS Code here.
      'window.title': '${activeEditorShort}${separator}${rootName}',
    },
  });
  try {
    await makeSampleWorkspace(temporary.path, session.s3, bucket);
    await session.page.setViewportSize({ width: 1100, height: 640 });
    const take = async (picture: string) => {
      await session.page.getByText('Activating Extensions').waitFor({ state: 'hidden' });
      await session.page.screenshot({ path: file(picture) });
    };
    await showComparison(session);
    await take('compared');
    await showOverview(session);
    await take('overview');
    await showPlan(session);
    await take('plan');
  } finally {
    await session.stop();
    await temporary.remove();
  }
}

/** The view, and beside it the file that somebody else has changed in the cloud. */
async function showComparison({ workbench, page }: UiSession): Promise<void> {
  await workbench.showViewContainer('S3 Backup');
  await workbench.runCommand('S3 Backup: Compare');
  const tree = workbench.tree('Files');
  await tree.expand('Missing in Cloud');
  await tree.expand('Changed in Cloud');
  await tree.expand('routes');
  // A click on such a file shows what it differs in.
  await tree.click('shared-map.json');
  await page.locator('.modified-in-monaco-diff-editor .view-line').first().waitFor();
  const decide = page.locator('.editor-actions').getByRole('button', { name: /^Resolve/ });
  await decide.waitFor();
}

/** The whole workspace as a map by size. */
async function showOverview({ workbench, page }: UiSession): Promise<void> {
  await workbench.runCommand('S3 Backup: Show Overview');
  const inner = page.frameLocator('iframe.webview').frameLocator('#active-frame');
  await inner.locator('.treemap .tile').first().waitFor();
}

/** What is shown before the first backup of everything. */
async function showPlan({ workbench, page }: UiSession): Promise<void> {
  await workbench.runCommand('S3 Backup: Back Up All');
  await page.locator('.monaco-dialog-box').waitFor();
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
