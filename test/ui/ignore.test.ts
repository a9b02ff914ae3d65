import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { CloudContents } from '../support/servers/cloudContents';
import { eventually } from '../support/suite/eventually';
import { writeTree } from '../support/disk/localTree';
import { openUiProject, type UiProject } from '../support/vscode/uiProject';
import type { UiSession } from '../support/vscode/uiSession';
import type { Tree, TreeRow } from '../support/vscode/workbench';

const bucket = 'ignore-tests';

describe('What is left out', () => {
  let project: UiProject;
  let folder: string;
  let session: UiSession;
  let tree: Tree;
  let cloud: CloudContents;

  before(async function () {
    this.timeout(240_000);
    project = await openUiProject({
      name: 'thesis',
      bucket,
      files: {
        '.git/HEAD': 'ref: refs/heads/main\n',
        'chapter.tex': 'chapter',
        'build/chapter.pdf': 'pdf',
        'build/chapter.aux': 'aux',
        'notes [draft].md': 'notes',
        'data/.s3backupignore': '# Too large, and fetched again by a script.\n*.csv\n',
        'data/measured.csv': '1,2',
        'data/README.md': 'readme',
      },
      settings: { 'explorer.autoReveal': false },
    });
    ({ session, cloud, folder, tree } = project);
  });
  after(() => project.stop());

  async function row(label: string): Promise<TreeRow> {
    const found = (await tree.rows()).find(each => each.label === label);
    assert.ok(found, `There is a row ${label}.`);
    return found;
  }

  async function assertGroup(label: string, count: number): Promise<void> {
    await eventually(async () => {
      assert.match((await row(label)).description, new RegExp(`^${String(count)}( |$)`));
    });
  }

  it('is said of the history of git, once, and it can be put in', async () => {
    const { workbench } = session;
    await workbench.runCommand('S3 Backup: Compare');
    await workbench.notifications.waitFor(/git history of “thesis” is not backed up/);
    await workbench.screenshot('git-history-hint');
    await assertGroup('Ignored', 2);
    await workbench.notifications.press(/git history/, 'Include .git');
    await assertGroup('Ignored', 1);
    await tree.waitForRow('.git');
    // The settings are a new file, whose row comes a moment later and moves the others.
    await tree.waitForRow('.vscode');
    const settings = await readFile(join(folder, '.vscode', 'settings.json'), 'utf8');
    const { 's3Backup.exclude': exclude } = JSON.parse(settings) as Record<string, unknown>;
    assert.deepEqual(exclude, ['node_modules', '.DS_Store', 'Thumbs.db', 'desktop.ini']);
  });

  it('grows by rows of the view, by a line that means just them', async () => {
    const { workbench } = session;
    await tree.chooseFromContextMenu('build', 'Add to .s3backupignore');
    await assertGroup('Ignored', 2);
    // The new file's row moves the others, perhaps from under the menu.
    await tree.waitForRow('.s3backupignore');
    await tree.chooseFromContextMenu('notes [draft].md', 'Add to .s3backupignore');
    await assertGroup('Ignored', 3);
    assert.equal(
      await readFile(join(folder, '.s3backupignore'), 'utf8'),
      '/build/\n/notes \\[draft].md\n',
    );
    await tree.collapse('Missing in Cloud');
    await tree.expand('Ignored');
    await tree.waitForRow('build');
    assert.match((await row('build')).description, /“\/build\/” in \.s3backupignore, line 1/);
    await workbench.screenshot('ignored-rows');
  });

  it('can be backed up this once, from the Explorer', async () => {
    const { workbench, page } = session;
    await workbench.showViewContainer('Explorer');
    await workbench.explorer().chooseFromContextMenu('notes [draft].md', 'Back Up to S3');
    const said = await workbench.notifications.waitFor(/is not backed up/);
    assert.match(said, /“notes \[draft\]\.md” is not backed up: .*line 2/);
    await workbench.screenshot('ignored-file-chosen');
    await workbench.notifications.press(/is not backed up/, 'Back Up Anyway');
    await eventually(async () => {
      assert.ok((await cloud.keys('thesis/')).includes('thesis/notes [draft].md'));
    });
    await workbench.showViewContainer('S3 Backup');
    await eventually(async () => {
      assert.match((await row('notes [draft].md')).description, /still in the cloud/);
    });
    await page.keyboard.press('Escape');
    await workbench.screenshot('ignored-still-in-the-cloud');
  });

  it('is left out no longer when its line goes', async () => {
    await writeTree(folder, { '.s3backupignore': '/build/\n' });
    await session.workbench.runCommand('S3 Backup: Compare');
    await assertGroup('Ignored', 2);
    await assertGroup('Up to Date', 1);
  });
});
