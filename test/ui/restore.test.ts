import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { eventually } from '../support/suite/eventually';
import { openUiProject, type UiProject } from '../support/vscode/uiProject';
import type { UiSession } from '../support/vscode/uiSession';
import type { Tree, Workbench } from '../support/vscode/workbench';

const bucket = 'restores';

describe('Restore', () => {
  let project: UiProject;
  let session: UiSession;
  let workbench: Workbench;
  let folder: string;
  let tree: Tree;

  before(async function () {
    this.timeout(240_000);
    project = await openUiProject({
      name: 'diary',
      bucket,
      files: {
        'spring.md': 'spring',
        'summer.md': 'summer',
        'trips/alps.md': 'alps',
        'trips/coast.md': 'coast',
      },
    });
    ({ session, workbench, folder, tree } = project);
    await workbench.runCommand('S3 Backup: Back Up All');
    await workbench.dialog.press('Back Up');
    await workbench.notifications.waitFor(/4 files backed up/);
    await workbench.notifications.close(/4 files backed up/);
  });
  after(() => project.stop());

  function read(path: string): Promise<string> {
    return readFile(join(folder, path), 'utf8');
  }

  it('shows its plan with the local files in the way, and asks about them one by one', async () => {
    const { dialog, notifications } = workbench;
    await rm(join(folder, 'spring.md'));
    for (const path of ['summer.md', 'trips/alps.md', 'trips/coast.md']) {
      await writeFile(join(folder, path), `my own ${path}`);
    }
    await workbench.runCommand('S3 Backup: Compare');
    await tree.waitForRow('Only in Cloud');
    await session.page.keyboard.press('Escape');
    await workbench.runCommand('S3 Backup: Restore from Cloud…');
    await eventually(async () => {
      assert.match(await dialog.text(), /Restore 4 files/);
    });
    await workbench.screenshot('restore-plan');
    const text = await dialog.text();
    assert.match(text, /s3:\/\/restores\/diary\//);
    assert.match(text, /• trips\/alps\.md/);
    assert.deepEqual((await dialog.buttons()).toSorted(), [
      'Cancel',
      'Keep Both',
      'One by One…',
      'Replace',
      'Skip',
    ]);
    await dialog.press('One by One…');
    await eventually(async () => {
      assert.match(await dialog.text(), /1 of 3: “summer\.md”/);
    });
    await workbench.screenshot('restore-one-by-one');
    await dialog.press('Replace');
    await eventually(async () => {
      assert.match(await dialog.text(), /2 of 3/);
    });
    await dialog.press('Keep Both');
    await eventually(async () => {
      assert.match(await dialog.text(), /3 of 3/);
    });
    await dialog.press('Skip');
    await notifications.waitFor(/3 files restored/);
    await workbench.screenshot('restored');
    assert.equal(await read('spring.md'), 'spring');
    assert.equal(await read('summer.md'), 'summer');
    assert.equal(await read('trips/coast.md'), 'my own trips/coast.md');
    assert.equal(await read('trips/alps.md'), 'my own trips/alps.md');
    const kept = (await readdir(folder)).filter(name => name.startsWith('summer ('));
    assert.equal(await read(kept[0] ?? ''), 'my own summer.md');
    const copies = (await readdir(join(folder, 'trips'))).filter(name =>
      name.startsWith('alps (cloud '),
    );
    assert.equal(await read(`trips/${copies[0] ?? ''}`), 'alps');
    await notifications.press(/3 files restored/, 'Show Report');
    await eventually(async () => {
      const report = await workbench.editorText();
      assert.match(report, /Restored: 3 files/);
      assert.match(report, /The file that was there is now “summer \(/);
    });
    await workbench.screenshot('restore-report');
    await session.page.keyboard.press('ControlOrMeta+F4');
  });
});
