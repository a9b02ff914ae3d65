import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';

import { eventually } from '../support/suite/eventually';
import { openUiProject, type UiProject } from '../support/vscode/uiProject';

describe('The overview', () => {
  let project: UiProject;
  /** The page, in the two frames that VS Code puts around it. */
  let page: FrameLocator;

  before(async function () {
    this.timeout(240_000);
    project = await openUiProject({
      name: 'atlas',
      bucket: 'overview-tests',
      files: {
        'photos/alps.raw': Buffer.alloc(40_000, 1),
        'photos/2024/coast.raw': Buffer.alloc(20_000, 2),
        'photos/2024/dunes.raw': Buffer.alloc(9_000, 3),
        'maps/north.svg': Buffer.alloc(12_000, 4),
        'maps/south.svg': Buffer.alloc(6_000, 5),
        'README.md': 'hello',
      },
    });
    await project.cloud.put('atlas/films/old.mp4', 'x'.repeat(30_000));
    page = project.session.page.frameLocator('iframe.webview').frameLocator('#active-frame');
    await project.workbench.runCommand('S3 Backup: Compare');
    await project.tree.waitForRow('Only in Cloud');
  });
  after(() => project.stop());

  function tile(label: RegExp): Locator {
    return page.locator('.treemap').getByRole('button', { name: label });
  }

  async function press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await project.session.page.keyboard.press(key);
  }

  async function assertFocused(label: RegExp): Promise<void> {
    await eventually(async () => {
      const name = await page.locator('.tile:focus').getAttribute('aria-label');
      assert.match(name ?? '', label);
    });
  }

  it('shows the workspace by size and verdict, and runs nothing but its own script', async () => {
    const complaints: string[] = [];
    project.session.page.on('console', message => {
      if (/Content.Security.Policy/i.test(message.text())) complaints.push(message.text());
    });
    await project.workbench.pressViewAction('Show Overview');
    await tile(/^photos, folder with 3 files/).waitFor();
    await project.workbench.screenshot('overview-light');
    assert.deepEqual(await page.locator('.legend li').allInnerTexts(), [
      'N Missing in Cloud 6 files, 85 KB',
      '↓ Only in Cloud 1 file, 29.3 KB',
    ]);
    const [largest = ''] = await page.locator('.at-risk li').allInnerTexts();
    assert.match(largest, /photos\/alps\.raw/);
    const policy = await page
      .locator('meta[http-equiv="Content-Security-Policy"]')
      .getAttribute('content');
    assert.match(
      policy ?? '',
      /^default-src 'none'; style-src [^;]*; script-src 'nonce-[\w-]{22}';/,
    );
    assert.equal(await page.locator('main [style], body script:not([nonce])').count(), 0);
    assert.deepEqual(complaints, []);
  });

  it('is gone through, and into folders, by the keyboard alone', async () => {
    await page.locator('.treemap [tabindex="0"]').focus();
    await assertFocused(/^photos, folder/);
    await press('Enter');
    await tile(/^alps\.raw/).waitFor();
    await assertFocused(/^alps\.raw/);
    await press('ArrowDown');
    await assertFocused(/^2024, folder/);
    assert.match(await page.getByRole('status').innerText(), /^photos: 3 files, 67\.4 KB$/);
    await press('Backspace');
    await assertFocused(/^photos, folder/);
  });

  it('offers for a tile what its row offers, and follows what becomes of it', async () => {
    const { session, workbench, cloud } = project;
    await press('Enter');
    await assertFocused(/^alps\.raw/);
    await press('Enter');
    await eventually(async () => {
      const rows = (await workbench.quickPick.rows()).map(({ label }) => label);
      assert.ok(rows.includes('Back Up'), rows.join());
      assert.ok(rows.includes('Copy S3 URI'), rows.join());
    });
    await workbench.screenshot('overview-actions');
    await workbench.quickPick.choose('Back Up');
    await tile(/^alps\.raw, up to date, proved/).waitFor();
    assert.equal((await cloud.read('atlas/photos/alps.raw')).length, 40_000);
    await session.page.bringToFront();
    await page.locator('.crumbs, nav').getByRole('button', { name: 'atlas' }).click();
    await tile(/^photos, folder with 3 files, .*: 2 Missing in Cloud, 1 Proved$/).waitFor();
  });

  it('is a table for those who want to read it', async () => {
    await page.getByRole('button', { name: 'Table' }).click();
    const rows = page.getByRole('table', { name: 'Map by Size' }).locator('tbody tr');
    assert.match(
      (await rows.allInnerTexts()).join('\n'),
      /photos\s+67\.4 KB\s+.*2 Missing in Cloud, 1 Proved/,
    );
    await project.workbench.screenshot('overview-table');
    await rows.getByRole('button', { name: 'maps', exact: true }).click();
    await page.getByRole('button', { name: 'north.svg', exact: true }).waitFor();
    await press('Backspace');
    await page.getByRole('button', { name: 'photos', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Map by Size' }).click();
  });

  it('follows the theme', async () => {
    const { workbench } = project;
    const kinds: string[] = [];
    for (const theme of ['Dark Modern', 'Dark High Contrast', 'Light High Contrast']) {
      await workbench.runCommand('Preferences: Color Theme');
      await workbench.quickPick.choose(theme, { typed: theme });
      await workbench.quickPick.waitUntilGone();
      await eventually(async () => {
        const now = await page.locator('body').evaluate(groundOf);
        assert.ok(!kinds.includes(now), now);
        kinds.push(now);
      });
      await workbench.screenshot(`overview-${theme.toLowerCase().replaceAll(' ', '-')}`);
    }
  });

  it('comes back after a reload, and waits for a comparison', async () => {
    await project.workbench.reloadWithEditors();
    await page.getByText('There is no comparison to show yet.').waitFor();
    await project.workbench.screenshot('overview-restored');
    await page.getByRole('button', { name: 'Compare' }).click();
    await tile(/^photos, folder/).waitFor();
    assert.equal(await page.locator('.at-risk li').count(), 5);
  });
});

/** What the page's ground looks like; runs in the page. */
function groundOf(element: unknown): string {
  const view = globalThis as unknown as {
    readonly getComputedStyle: (of: unknown) => { readonly backgroundColor: string };
    readonly document: { readonly body: { getAttribute(name: string): string | null } };
  };
  const kind = view.document.body.getAttribute('data-vscode-theme-kind') ?? '';
  return `${kind} ${view.getComputedStyle(element).backgroundColor}`;
}
