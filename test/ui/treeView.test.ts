import assert from 'node:assert/strict';

import { cloudContents } from '../support/servers/cloudContents';
import { eventually } from '../support/suite/eventually';
import { openUiProject, type UiProject } from '../support/vscode/uiProject';
import type { UiSession } from '../support/vscode/uiSession';
import type { Tree, TreeRow } from '../support/vscode/workbench';

const bucket = 'tree-tests';

describe('The view', () => {
  let project: UiProject;
  let session: UiSession;
  let tree: Tree;

  before(async function () {
    this.timeout(240_000);
    project = await openUiProject({
      name: 'almanac',
      bucket,
      files: {
        'README.md': 'readme',
        'birds/swift.jpg': 'one',
        'birds/2024/swift.jpg': 'two',
        'birds/2024/heron.jpg': 'three',
        'plants/fern.md': 'four',
        'plants/swiftly.md': 'five',
      },
    });
    ({ session, tree } = project);
  });
  after(() => project.stop());

  async function row(label: string): Promise<TreeRow> {
    const found = (await tree.rows()).find(each => each.label === label);
    assert.ok(found, `There is a row ${label}.`);
    return found;
  }

  async function labels(): Promise<readonly string[]> {
    return (await tree.rows()).map(({ label }) => label);
  }

  it('offers to compare where nothing has been compared yet', async () => {
    const { workbench, page } = session;
    await eventually(async () => {
      assert.match(await workbench.welcomeText(), /Compare the folder with its bucket/);
    });
    await workbench.screenshot('welcome-not-compared');
    await page.locator('.welcome-view-content').getByRole('button', { name: 'Compare' }).click();
    await tree.waitForRow('Missing in Cloud');
    assert.match((await row('Missing in Cloud')).description, /^6 /);
  });

  it('filters over all rows while a name is typed, and says so', async () => {
    const { workbench, page } = session;
    await workbench.pressViewAction('Filter…');
    await workbench.quickPick.type('SWIFT');
    await eventually(async () => {
      assert.deepEqual(await tree.lines(), [
        'Out of Date: 0',
        'Missing in Cloud: 3 of 6',
        '  birds: 2 files · 6 B',
        '    2024: 1 file · 3 B',
        '      swift.jpg: 3 B',
        '    swift.jpg: 3 B',
        '  plants: 1 file · 4 B',
        '    swiftly.md: 4 B',
        'Up to Date: 0',
      ]);
    });
    await workbench.screenshot('filter-while-typing');
    await page.keyboard.press('Enter');
    await workbench.quickPick.waitUntilGone();
    await eventually(async () => {
      assert.match(await workbench.viewMessage(), /3 of 6 files match the filter “SWIFT”/);
    });
    await workbench.screenshot('filtered');
  });

  it('puts the filter back where its input is left by Escape', async () => {
    const { workbench } = session;
    await workbench.runCommand('S3 Backup: Filter…');
    await workbench.quickPick.type('nothing is called this');
    await eventually(async () => {
      assert.match(
        await workbench.viewMessage(),
        /no file matches the filter “nothing is called this”/,
      );
    });
    await workbench.screenshot('filter-without-a-match');
    await workbench.quickPick.cancel();
    await eventually(async () => {
      assert.match(await workbench.viewMessage(), /3 of 6 files match the filter “SWIFT”/);
    });
  });

  it('lists the files of a group without their folders, and remembers it', async () => {
    const { workbench } = session;
    await workbench.runCommand('S3 Backup: View as List');
    await eventually(async () => {
      assert.deepEqual(await tree.lines(), [
        'Out of Date: 0',
        'Missing in Cloud: 3 of 6',
        '  swift.jpg: birds/2024 · 3 B',
        '  swift.jpg: birds · 3 B',
        '  swiftly.md: plants · 4 B',
        'Up to Date: 0',
      ]);
    });
    await workbench.screenshot('filtered-list');
    await workbench.pressViewAction('Clear Filter');
    await eventually(async () => {
      assert.equal((await tree.rows()).filter(({ level }) => level === 2).length, 6);
      assert.doesNotMatch(await workbench.viewMessage(), /filter/);
    });
    await workbench.screenshot('list');
  });

  it('collapses all groups at once', async () => {
    await session.workbench.pressViewAction('Collapse All');
    await eventually(async () => {
      assert.deepEqual(await tree.lines(), [
        'Out of Date: 0',
        'Missing in Cloud: 6 · 25 B',
        'Up to Date: 0',
      ]);
    });
    await tree.expand('Missing in Cloud');
  });

  it('keeps a finished row in its place, ticked, before it joins its group', async () => {
    const { workbench } = session;
    await tree.click('heron.jpg');
    await eventually(async () => {
      assert.match((await row('heron.jpg')).description, /^backed up/);
    });
    const position = (await labels()).indexOf('heron.jpg');
    assert.ok(position > (await labels()).indexOf('Missing in Cloud'));
    assert.ok(position < (await labels()).indexOf('Up to Date'));
    await workbench.screenshot('finished-row-ticked');
    await eventually(async () => {
      assert.ok(!(await labels()).includes('heron.jpg'));
      assert.match((await row('Up to Date')).description, /^1 /);
    });
    const cloud = cloudContents(session.s3.endpoint, bucket);
    assert.equal((await cloud.read('almanac/birds/2024/heron.jpg')).toString(), 'three');
    cloud.close();
  });

  it('offers to back up what can be, where rows of several groups are selected', async () => {
    await tree.expand('Up to Date');
    await tree.addToSelection('fern.md');
    await tree.addToSelection('heron.jpg');
    const items = await tree.contextMenu('heron.jpg');
    assert.ok(items.includes('Back Up'), items.join());
    assert.ok(!items.includes('Verify'), items.join());
    await tree.collapse('Up to Date');
  });

  it('shows after a reload how it stood when last compared, and the way to know better', async () => {
    const { workbench } = session;
    await workbench.reload();
    await workbench.showViewContainer('S3 Backup');
    await eventually(async () => {
      assert.match(await workbench.viewMessage(), /^Last compared /);
    }, 60_000);
    await tree.waitForRow('Compare');
    const rows = await tree.rows();
    assert.deepEqual(
      rows.map(({ label, expanded }) => [label, expanded]),
      ['Compare', 'Missing in Cloud', 'Up to Date'].map(label => [label, undefined]),
    );
    assert.match((await row('Up to Date')).ariaLabel, /when last compared/);
    await workbench.screenshot('after-a-reload');
    await workbench.runCommand('S3 Backup: Show Last Report');
    await eventually(async () => {
      assert.match(await workbench.editorText(), /birds\/2024\/heron\.jpg/);
    });
    await tree.click('Compare');
    await tree.waitForRow('Up to Date');
    // The layout is as it was left.
    await tree.waitForRow('fern.md');
  });

  it('leads to what can be done where the store cannot be reached', async () => {
    const { workbench, s3 } = session;
    await workbench.reload();
    await workbench.showViewContainer('S3 Backup');
    await eventually(async () => {
      assert.match(await workbench.viewMessage(), /^Last compared /);
    }, 60_000);
    await s3.stop();
    await workbench.runCommand('S3 Backup: Compare');
    await eventually(async () => {
      assert.match(await workbench.welcomeText(), /could not be reached/);
    }, 30_000);
    assert.deepEqual(await tree.lines(), []);
    await workbench.screenshot('welcome-failed');
  });

  it('asks for a folder where none is open', async () => {
    const { workbench, page, server } = session;
    await page.goto(`http://127.0.0.1:${String(server.port)}/?ew=true`);
    await workbench.showViewContainer('S3 Backup');
    await eventually(async () => {
      assert.match(await workbench.welcomeText(), /Open a folder/);
    });
    await workbench.screenshot('welcome-no-folder');
  });
});
