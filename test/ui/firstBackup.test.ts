import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { makeSampleWorkspace } from '../../scripts/sampleWorkspace';
import { cloudContents, type CloudContents } from '../support/servers/cloudContents';
import { eventually } from '../support/suite/eventually';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { startUiSession, type UiSession } from '../support/vscode/uiSession';
import type { Tree } from '../support/vscode/workbench';

const bucket = 'ui-tests';

describe('A first backup', () => {
  let temporary: TemporaryFolder;
  let session: UiSession;
  let cloud: CloudContents;
  let folder: string;
  let tree: Tree;

  before(async function () {
    this.timeout(240_000);
    temporary = await temporaryFolder('ui');
    folder = join(temporary.path, 'field-journal');
    await mkdir(folder);
    session = await startUiSession({
      workspace: folder,
      buckets: [bucket],
      settings: { 's3Backup.clickAction': 'ask' },
    });
    await makeSampleWorkspace(temporary.path, session.s3, bucket);
    cloud = cloudContents(session.s3.endpoint, bucket);
    tree = session.workbench.tree('Files');
  });
  after(async () => {
    cloud.close();
    await session.stop();
    await temporary.remove();
  });

  /** The description of a group's row, as `2 · 143 B`. */
  async function group(label: string): Promise<string> {
    const row = (await tree.rows()).find(each => each.level === 1 && each.label === label);
    assert.ok(row, `There is a group ${label}.`);
    return row.description;
  }

  async function count(label: string): Promise<number> {
    return Number.parseInt(await group(label), 10);
  }

  it('begins with a choice of buckets and ends in a comparison', async () => {
    const { workbench } = session;
    await workbench.showViewContainer('S3 Backup');
    await eventually(async () => {
      assert.match(await workbench.welcomeText(), /Choose Bucket/);
    });
    await workbench.screenshot('welcome');
    await session.page.locator('.sidebar').getByRole('button', { name: 'Choose Bucket' }).click();
    await workbench.quickPick.choose(bucket);
    await workbench.quickPick.choose('field-journal/');
    await workbench.quickPick.choose('Same Project, Continue');
    // It says where the files will go, as every other choice does.
    await workbench.notifications.waitFor(/“field-journal” .* s3:\/\/ui-tests\/field-journal\//);
    await tree.waitForRow('Out of Date');
    await eventually(async () => {
      assert.match(await workbench.viewMessage(), /^Compared .* with ui-tests\/field-journal\/ · /);
    });
    await workbench.screenshot('compared');
    // What is not proved yet is read meanwhile.
    await eventually(async () => {
      assert.deepEqual(await tree.lines(), [
        'Changed in Cloud: 1 · 34 B',
        '  routes: 1 file · 34 B',
        'Out of Date: 2 · 143 B',
        '  surveys: 1 file · 76 B',
        '  README.md: 67 B · different size',
        'Missing in Cloud: 6 · 1.1 MB',
        '  drawings: 1 file · 401 B',
        '  photos: 2 files · 1.1 MB',
        '  surveys: 2 files · 110 B',
        '  .journalrc: 10 B',
        'Up to Date: 4 · 73.8 KB',
        'Only in Cloud: 3 · 228 B',
        'Ignored: 3',
      ]);
    });
  });

  it('compares again from the palette', async () => {
    await writeFile(join(folder, 'before-compare.txt'), 'new');
    await session.workbench.runCommand('S3 Backup: Compare');
    await eventually(async () => {
      assert.equal(await count('Missing in Cloud'), 7);
    });
  });

  it('asks at the first click, and uploads a missing file by it and moves its row', async () => {
    const { dialog } = session.workbench;
    await tree.expand('Missing in Cloud');
    await tree.click('.journalrc');
    assert.match(await dialog.text(), /s3:\/\/ui-tests\/field-journal\/\.journalrc/);
    await session.workbench.screenshot('first-click');
    await dialog.press('Back Up');
    await eventually(async () => {
      assert.equal((await cloud.read('field-journal/.journalrc')).toString(), 'lang = en\n');
    });
    await session.workbench.screenshot('uploaded-by-a-click');
    await eventually(async () => {
      assert.equal(await count('Missing in Cloud'), 6);
      assert.equal(await count('Up to Date'), 5);
    });
  });

  it('asks before it replaces a copy that this computer has no record of', async () => {
    const before = await cloud.read('field-journal/README.md');
    await tree.expand('Out of Date');
    await tree.click('README.md');
    const { dialog } = session.workbench;
    assert.match(await dialog.text(), /README\.md/);
    await session.workbench.screenshot('asks-before-replacing');
    await dialog.press('Cancel');
    assert.deepEqual(await cloud.read('field-journal/README.md'), before);

    await tree.chooseFromContextMenu('README.md', 'Back Up');
    await dialog.press('Back Up');
    const local = await readFile(join(folder, 'README.md'));
    await eventually(async () => {
      assert.deepEqual(await cloud.read('field-journal/README.md'), local);
    });
  });

  it('backs up a folder from the Explorer with all that is below it', async () => {
    const { workbench } = session;
    await workbench.showViewContainer('Explorer');
    await workbench.explorer().chooseFromContextMenu('photos', 'Back Up to S3');
    await eventually(async () => {
      assert.deepEqual(await cloud.keys('field-journal/photos/'), [
        'field-journal/photos/kingfisher.png',
        'field-journal/photos/notes.md',
        'field-journal/photos/swift.png',
      ]);
    });
    assert.deepEqual(
      await cloud.read('field-journal/photos/kingfisher.png'),
      await readFile(join(folder, 'photos', 'kingfisher.png')),
    );
    await workbench.screenshot('backed-up-from-the-explorer');
    await workbench.showViewContainer('S3 Backup');
  });

  it('backs up everything, says so with the numbers, and leaves conflicts alone', async () => {
    const { workbench } = session;
    const conflict = await cloud.read('field-journal/routes/shared-map.json');
    await workbench.runCommand('S3 Backup: Back Up All');
    assert.match(await workbench.dialog.text(), /replace/);
    await workbench.screenshot('asks-before-replacing-several');
    await workbench.dialog.press('Back Up');
    const message = await workbench.notifications.waitFor(/backed up/);
    await workbench.screenshot('backed-up-everything');
    assert.match(message, /\d+ files backed up/);
    await eventually(async () => {
      assert.equal(await count('Out of Date'), 0);
      assert.equal(await count('Missing in Cloud'), 0);
    });
    assert.deepEqual(await cloud.read('field-journal/routes/shared-map.json'), conflict);
    assert.equal(await count('Changed in Cloud'), 1);
    assert.ok(
      !(await cloud.keys('field-journal/')).some(key => key.includes('node_modules/chart')),
    );
    await workbench.screenshot('all-up-to-date');
  });

  it('shows pictures as what they are', async () => {
    const { workbench } = session;
    await workbench.showViewContainer('Explorer');
    await workbench.explorer().expand('photos');
    await workbench.explorer().click('swift.png');
    // VS Code tells the size of what it could read.
    await eventually(async () => {
      assert.ok((await workbench.statusBarItems()).some(item => item.includes('320x240')));
    });
    await workbench.screenshot('picture');
  });

  it('leaves a log that can be read', async () => {
    const { workbench, page } = session;
    await workbench.runCommand('S3 Backup: Show Log');
    await eventually(async () => {
      const lines = await page.locator('.output-view .view-line').allInnerTexts();
      assert.ok(lines.some(line => line.includes('Compared')));
    });
    await workbench.screenshot('log');
  });
});
