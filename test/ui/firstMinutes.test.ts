import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

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

  function steps(): Locator {
    return project.session.page.locator('[data-done-step-id]');
  }

  /** The steps of the walkthrough that are ticked, in its order. */
  async function ticked(): Promise<readonly string[]> {
    const done = await steps().and(project.session.page.locator('[aria-checked="true"]')).all();
    const ids = done.map(async step => (await step.getAttribute('data-done-step-id')) ?? '');
    return (await Promise.all(ids)).map(id => id.split('#').at(-1) ?? '');
  }

  async function assertTicked(expected: readonly string[]): Promise<void> {
    await eventually(async () => {
      assert.deepEqual(await ticked(), expected);
    });
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
    // The bucket was chosen before the walkthrough was opened, and nothing has been compared.
    await assertTicked(['bucket']);
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
    await assertTicked(['credentials', 'bucket', 'compare']);
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
    await assertTicked(['credentials', 'bucket', 'compare', 'backUp']);
  });

  it('ticks the last step when a file is back, and keeps all of them after a reload', async () => {
    const { workbench, folder, tree } = project;
    await rm(join(folder, 'a.txt'));
    await tree.waitForRow('Only in Cloud');
    await workbench.runCommand('S3 Backup: Restore from Cloud…');
    const all = ['credentials', 'bucket', 'compare', 'backUp', 'restore'];
    await assertTicked(all);
    await workbench.screenshot('walkthrough-done');
    await workbench.reloadWithEditors();
    await workbench.runCommand('S3 Backup: Get Started');
    await assertTicked(all);
  });
});
