import assert from 'node:assert/strict';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { CloudContents } from '../support/servers/cloudContents';
import { eventually } from '../support/suite/eventually';
import { openUiProject, type UiProject } from '../support/vscode/uiProject';
import type { UiSession } from '../support/vscode/uiSession';
import type { Tree, Workbench } from '../support/vscode/workbench';

const bucket = 'decisions';
const yesterday = Date.now() - 86_400_000;

describe('Decisions', () => {
  let project: UiProject;
  let session: UiSession;
  let workbench: Workbench;
  let cloud: CloudContents;
  let folder: string;
  let tree: Tree;

  before(async function () {
    this.timeout(240_000);
    project = await openUiProject({
      name: 'studio',
      bucket,
      files: { 'notes.txt': 'notes', 'plan.txt': 'mine', 'map.json': '{}' },
      modifiedAtMs: yesterday,
      settings: { 'files.autoSave': 'off' },
    });
    ({ session, workbench, cloud, folder, tree } = project);
  });
  after(() => project.stop());

  /** Somebody else's copy; the server checks no signatures. */
  async function put(path: string, body: string): Promise<void> {
    const url = `${session.s3.endpoint}/${bucket}/studio/${path}`;
    const answer = await fetch(url, { method: 'PUT', body });
    assert.ok(answer.ok, path);
  }

  it('ask once what becomes of unsaved changes, and save them', async () => {
    const { dialog } = workbench;
    await workbench.showViewContainer('Explorer');
    await workbench.explorer().click('notes.txt');
    await session.page.locator('.editor-group-container.active .view-lines').click();
    await session.page.keyboard.type('typed ');
    await workbench.showViewContainer('S3 Backup');
    await workbench.runCommand('S3 Backup: Back Up All');
    await dialog.press('Back Up');
    assert.match(await dialog.text(), /notes\.txt.* has unsaved changes/);
    await workbench.screenshot('unsaved-changes');
    const buttons = (await dialog.buttons()).toSorted();
    assert.deepEqual(buttons, ['Cancel', 'Save and Back Up', 'Skip It']);
    await dialog.press('Save and Back Up');
    await eventually(async () => {
      assert.match((await cloud.read('studio/notes.txt')).toString(), /typed /);
    });
    // What somebody else puts there while files are on their way would be another story.
    await workbench.notifications.waitFor(/3 files backed up/);
    const local = await readFile(join(folder, 'notes.txt'));
    assert.deepEqual(await cloud.read('studio/notes.txt'), local);
  });

  it('call a file with unsaved changes up to date only with a word', async () => {
    const described = async () =>
      (await tree.rows()).find(({ label }) => label === 'notes.txt')?.description;
    await tree.expand('Up to Date');
    await eventually(async () => {
      assert.doesNotMatch((await described()) ?? 'unsaved', /unsaved/);
    });
    await session.page.locator('.editor-group-container.active .view-lines').click();
    await session.page.keyboard.type('more ');
    await eventually(async () => {
      assert.match((await described()) ?? '', /^unsaved changes/);
    });
    await workbench.screenshot('row-with-unsaved-changes');
    await workbench.runCommand('File: Save');
    await eventually(async () => {
      assert.match((await described()) ?? '', /^(?!unsaved).*changed since/);
    });
    // The next test begins with everything backed up.
    await tree.click('notes.txt');
    await eventually(async () => {
      assert.match((await cloud.read('studio/notes.txt')).toString(), /more /);
    });
    await tree.collapse('Up to Date');
  });

  it('leave conflicts alone, and offer to resolve them one by one', async () => {
    const { dialog, notifications } = workbench;
    await put('plan.txt', 'theirs');
    await put('map.json', '{"theirs": true}');
    await writeFile(join(folder, 'new.txt'), 'new');
    await workbench.runCommand('S3 Backup: Compare');
    await tree.waitForRow('Changed in Cloud');
    await workbench.runCommand('S3 Backup: Back Up All');
    await notifications.waitFor(/2 files were left alone/);
    await workbench.screenshot('left-alone');
    await notifications.press(/left alone/, 'Resolve…');
    assert.match(await dialog.text(), /2 files differ from their copies in the cloud/);
    await workbench.screenshot('resolve-all');
    await dialog.press('One by One…');
    assert.match(await dialog.text(), /1 of 2: .*map\.json/);
    await workbench.screenshot('resolve-one');
    await dialog.press('Upload Mine');
    assert.match(await dialog.text(), /2 of 2: .*plan\.txt/);
    await dialog.press('Leave');
    await eventually(async () => {
      assert.equal((await cloud.read('studio/map.json')).toString(), '{}');
    });
    assert.equal((await cloud.read('studio/plan.txt')).toString(), 'theirs');
    await tree.expand('Changed in Cloud');
    await tree.waitForRow('plan.txt');
    await eventually(async () => {
      assert.deepEqual(await tree.lines(), [
        'Changed in Cloud: 1 · 4 B',
        '  plan.txt: 4 B · changed in the cloud only',
        'Out of Date: 0',
        'Missing in Cloud: 0',
        'Up to Date: 3 · 21 B',
      ]);
    });
    const menu = await tree.contextMenu('plan.txt');
    assert.ok(menu.includes('Resolve Changed in Cloud…'), menu.join());
    await workbench.screenshot('one-conflict-left');
  });

  it('verify a group on the word of the bytes alone', async () => {
    const { notifications } = workbench;
    await writeFile(join(folder, 'old.txt'), 'red');
    await utimes(join(folder, 'old.txt'), yesterday / 1000, yesterday / 1000);
    await put('old.txt', 'one');
    await workbench.runCommand('S3 Backup: Compare');
    // Its bytes are read in the background; until then only name and time speak for it.
    await tree.waitForRow('old.txt');
    await tree.chooseFromContextMenu('Up to Date', 'Verify');
    const text = await notifications.waitFor(/verified/);
    await workbench.screenshot('verified');
    assert.match(text, /^3 files verified: 3 proved/);
  });
});
