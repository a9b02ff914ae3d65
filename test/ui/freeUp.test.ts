import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { CloudContents } from '../support/servers/cloudContents';
import { eventually } from '../support/suite/eventually';
import { writeTree } from '../support/disk/localTree';
import { openUiProject, type UiProject } from '../support/vscode/uiProject';
import type { Tree, Workbench } from '../support/vscode/workbench';

const bucket = 'free-up';
const mebibyte = 1 << 20;

describe('Free Up Local Space…', () => {
  let project: UiProject;
  let workbench: Workbench;
  let cloud: CloudContents;
  let folder: string;
  let tree: Tree;

  before(async function () {
    this.timeout(240_000);
    project = await openUiProject({
      name: 'darkroom',
      bucket,
      files: {
        'photos/harbour.raw': Buffer.alloc(3 * mebibyte, 1),
        'photos/market.raw': Buffer.alloc(2 * mebibyte, 2),
        'photos/.gitignore': '*.tmp\n',
        'notes/plan.txt': 'plan',
      },
    });
    ({ workbench, cloud, folder, tree } = project);
    await workbench.runCommand('S3 Backup: Back Up All');
    await workbench.dialog.press('Back Up');
    await workbench.notifications.waitFor('4 files backed up');
    await workbench.notifications.close('4 files backed up');
    await untilCounted('Up to Date', /^4 · /);
    await tree.expand('Up to Date');
    await writeTree(folder, { 'photos/unsorted.raw': 'new' });
    await untilCounted('Missing in Cloud', /^1 · /);
    // The same folder has a row there, too.
    await tree.collapse('Missing in Cloud');
  });
  after(() => project.stop());

  /** Rows that have just finished move to their group in a moment. */
  async function untilCounted(group: string, count: RegExp): Promise<void> {
    await eventually(async () => {
      const rows = await tree.rows();
      assert.match(rows.find(({ label }) => label === group)?.description ?? '', count);
    });
  }

  it('shows what would go and what stays, and does nothing unless it is confirmed', async () => {
    await tree.chooseFromContextMenu('photos', 'Free Up Local Space…');
    const text = await workbench.dialog.text();
    for (const part of [
      /Remove 2 files \(5(\.0)? MB\) from this computer/,
      /harbour\.raw/,
      /unsorted\.raw/,
      /\.gitignore/,
      /keeps no versions/,
    ]) {
      assert.match(text, part);
    }
    await workbench.screenshot('free-up-plan');
    // The machine of a VS Code server has no trash.
    assert.deepEqual((await workbench.dialog.buttons()).toSorted(), [
      'Cancel',
      'Delete Permanently',
      'Keep Files',
    ]);
    await workbench.dialog.press('Cancel');
    assert.equal((await readdir(join(folder, 'photos'))).length, 4);
  });

  it('removes them, says how much that gave back, and shows them as only in the cloud', async () => {
    await tree.chooseFromContextMenu('photos', 'Free Up Local Space…');
    await workbench.dialog.press('Delete Permanently');
    const told = await workbench.notifications.waitFor('2 files freed');
    assert.match(told, /5(\.0)? MB/);
    assert.match(told, /Restore from Cloud…/);
    await workbench.screenshot('free-up-freed');
    assert.deepEqual((await readdir(join(folder, 'photos'))).sort(), [
      '.gitignore',
      'unsorted.raw',
    ]);
    await tree.waitForRow('Only in Cloud');
    await tree.expand('Only in Cloud');
    await tree.collapse('Up to Date');
    await tree.expand('photos');
    await eventually(async () => {
      assert.deepEqual(await tree.lines(), [
        'Out of Date: 0',
        'Missing in Cloud: 1 · 3 B',
        'Up to Date: 2 · 10 B',
        'Only in Cloud: 2 · 5 MB',
        '  photos: 2 files · 5 MB',
        '    harbour.raw: 3 MB',
        '    market.raw: 2 MB',
      ]);
    });
    await workbench.screenshot('free-up-only-in-cloud');
    assert.ok((await cloud.keys('darkroom/')).includes('darkroom/photos/harbour.raw'));
    await workbench.notifications.press('2 files freed', 'Show Report');
    await eventually(async () => {
      assert.match(await workbench.editorText(), /Freed: 2 files/);
    });
    await workbench.screenshot('free-up-report');
  });
});
