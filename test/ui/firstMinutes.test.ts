import assert from 'node:assert/strict';

import type { Locator } from 'playwright-core';

import { eventually } from '../support/suite/eventually';
import { openUiProject, type UiProject } from '../support/vscode/uiProject';

describe('At a glance, and by the keyboard', () => {
  let project: UiProject;

  before(async function () {
    this.timeout(240_000);
    project = await openUiProject({
      name: 'glance',
      bucket: 'ui-glance',
      files: { 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' },
      modifiedAtMs: Date.now() - 60_000,
      settings: { 's3Backup.explorerDecorations': 'not-safe' },
    });
  });
  after(() => project.stop());

  /** The steps of the walkthrough, or those that are done. */
  function steps(done = ''): Locator {
    return project.session.page.locator(`[data-done-step-id]${done}`);
  }

  async function safetyInStatusBar(): Promise<string> {
    const items = await project.workbench.statusBarItems();
    return items.find(item => item.includes('ui-glance')) ?? '';
  }

  it('leads through the first five minutes', async () => {
    const { workbench } = project;
    await workbench.runCommand('S3 Backup: Get Started');
    await eventually(async () => {
      assert.equal(await steps().count(), 5);
    });
    await workbench.screenshot('walkthrough');
  });

  it('says in the status bar how much is not safe, wherever the comparison was asked for', async () => {
    const { workbench, tree } = project;
    await workbench.showViewContainer('Explorer');
    await workbench.runCommand('S3 Backup: Compare');
    await tree.waitForRow('Missing in Cloud');
    await eventually(async () => {
      assert.match(await safetyInStatusBar(), /3 not safe/);
    });
    await workbench.screenshot('status-bar');
  });

  it('backs up one file after the other by Enter alone, since the focus goes on', async () => {
    const { page } = project.session;
    const { cloud, tree } = project;
    await tree.collapse('Missing in Cloud');
    await page.keyboard.press('ArrowRight');
    await tree.waitForRow('a.txt');
    await page.keyboard.press('ArrowDown');
    for (const count of [1, 2, 3]) {
      await page.keyboard.press('Enter');
      await eventually(async () => {
        assert.equal((await cloud.keys('glance/')).length, count);
      });
    }
    await eventually(async () => {
      assert.match(await safetyInStatusBar(), /all safe/);
    });
    // Signing in, choosing a bucket (the settings have), comparing and backing up.
    await eventually(async () => {
      assert.equal(await steps('[aria-checked="true"]').count(), 4);
    });
  });
});
