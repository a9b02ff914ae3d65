import assert from 'node:assert/strict';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { cloudContents, type CloudContents } from '../support/servers/cloudContents';
import { eventually } from '../support/suite/eventually';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { startUiSession, type UiSession } from '../support/vscode/uiSession';
import type { QuickPick, Tree } from '../support/vscode/workbench';

describe('Choosing buckets for a workspace of two folders', () => {
  let temporary: TemporaryFolder;
  let session: UiSession;
  let quickPick: QuickPick;
  let tree: Tree;

  before(async function () {
    this.timeout(240_000);
    temporary = await temporaryFolder('ui-choose');
    for (const name of ['notes', 'photos']) {
      await mkdir(join(temporary.path, name));
      await writeFile(join(temporary.path, name, `of-${name}.txt`), name);
    }
    const workspace = join(temporary.path, 'both.code-workspace');
    const folders = [{ path: 'notes' }, { path: 'photos' }];
    await writeFile(workspace, JSON.stringify({ folders }));
    session = await startUiSession({
      workspace,
      buckets: ['shared-bucket'],
      foreignBuckets: ['somebody-elses'],
    });
    ({ quickPick } = session.workbench);
    tree = session.workbench.tree('Files');
    await session.workbench.showViewContainer('S3 Backup');
  });
  after(async () => {
    await session.stop();
    await temporary.remove();
  });

  /** The labels of the rows, without their icons. */
  async function labels(): Promise<readonly string[]> {
    return (await quickPick.rows()).map(({ label }) => label);
  }

  async function untilMessage(pattern: RegExp): Promise<void> {
    await eventually(async () => {
      assert.match(await quickPick.message(), pattern);
    });
  }

  it('creates one, and says in the input which names cannot be had', async () => {
    const { workbench } = session;
    await workbench.runCommand('S3 Backup: Choose Bucket…');
    await eventually(async () => {
      assert.deepEqual(await labels(), ['notes', 'photos']);
    });
    await workbench.screenshot('choose-folder');
    await quickPick.choose('notes');
    await eventually(async () => {
      assert.deepEqual(await labels(), [
        'Create New Bucket…',
        'Enter a Bucket Name…',
        'Other Store…',
        'Copy the Smallest Policy…',
        'shared-bucket',
      ]);
    });
    await workbench.screenshot('choose-bucket');
    await quickPick.choose('Create New Bucket…', { typed: '' });
    await quickPick.type('My_Notes');
    await untilMessage(/lowercase/);
    await workbench.screenshot('create-bucket-invalid');
    await quickPick.answer('somebody-elses');
    await untilMessage(/somebody-elses/);
    await workbench.screenshot('create-bucket-taken');
    await quickPick.answer('shared-bucket');
    await untilMessage(/already/);

    await quickPick.answer('fresh-notes');
    await eventually(async () => {
      assert.equal((await quickPick.rows()).length, 3);
    });
    await workbench.screenshot('create-bucket-options');
    await quickPick.chooseSeveral([]);
    await eventually(async () => {
      assert.ok((await labels()).includes('notes/'));
    });
    await workbench.screenshot('choose-prefix');
    await quickPick.choose('notes/');
    // This server says that it keeps versions, and does not.
    const message = await workbench.notifications.waitFor(/fresh-notes/);
    assert.match(message, /no versions/);
    await workbench.screenshot('bucket-created');
    await workbench.notifications.close(/fresh-notes/);
    await tree.waitForRow('Missing in Cloud');
  });

  it('shows the folder that has no bucket yet, in its line and by a row', async () => {
    const { workbench } = session;
    await eventually(async () => {
      assert.deepEqual(await tree.lines(), [
        'notes: fresh-notes/notes/',
        '  Out of Date: 0',
        '  Missing in Cloud: 1 · 5 B',
        '    of-notes.txt: 5 B',
        '  Up to Date: 0',
        'photos: no bucket yet',
      ]);
      assert.match(await workbench.viewMessage(), /“photos” has no bucket yet/);
    });
    await workbench.screenshot('folder-without-bucket');
  });

  it('asks whose the objects are that a prefix already holds', async () => {
    const { workbench, s3 } = session;
    for (const key of ['photos/a.jpg', 'photos/b.jpg', 'photos/2025/c.jpg', 'photos/d.jpg']) {
      await fetch(`${s3.endpoint}/fresh-notes/${key}`, { method: 'PUT', body: key });
    }
    await tree.click('photos');
    await eventually(async () => {
      // The one that was chosen last stands first, and not twice.
      assert.deepEqual((await labels()).slice(4), ['fresh-notes', 'shared-bucket']);
    });
    await workbench.screenshot('choose-bucket-recent');
    await quickPick.choose('Enter a Bucket Name…', { typed: '' });
    await quickPick.answer('not-there-at-all');
    await untilMessage(/no bucket/);
    await workbench.screenshot('enter-bucket-missing');
    await quickPick.answer('s3://fresh-notes/photos');
    await quickPick.choose('photos/');
    await eventually(async () => {
      assert.deepEqual(await labels(), ['Same Project, Continue', 'Use “photos-2/”', 'Other…']);
    });
    const [same] = await quickPick.rows();
    assert.match(same?.detail ?? '', /2025\/c\.jpg/);
    assert.match(await quickPick.title(), /4 objects/);
    await workbench.screenshot('prefix-in-use');

    await quickPick.choose('Other…');
    await quickPick.type('notes/photos');
    await untilMessage(/notes/);
    await workbench.screenshot('prefix-inside-anothers');
    await quickPick.type('a//b');
    await untilMessage(/slashes/);
    await quickPick.back();
    await quickPick.choose('Use “photos-2/”');
    await workbench.notifications.close(/photos-2/);
  });

  it('backs up each folder to its own place', async () => {
    const { workbench, s3 } = session;
    await workbench.runCommand('S3 Backup: Compare');
    await eventually(async () => {
      assert.deepEqual(await tree.lines(), [
        'notes: fresh-notes/notes/',
        '  Out of Date: 0',
        '  Missing in Cloud: 1 · 5 B',
        '    of-notes.txt: 5 B',
        '  Up to Date: 0',
        'photos: fresh-notes/photos-2/',
        '  Out of Date: 0',
        '  Missing in Cloud: 1 · 6 B',
        '    of-photos.txt: 6 B',
        '  Up to Date: 0',
      ]);
    });
    await workbench.screenshot('two-folders');
    await workbench.runCommand('S3 Backup: Back Up All');
    assert.match(await workbench.dialog.text(), /2 files/);
    await workbench.dialog.press('Back Up');
    const cloud: CloudContents = cloudContents(s3.endpoint, 'fresh-notes');
    try {
      await eventually(async () => {
        assert.deepEqual(await cloud.keys('notes/'), ['notes/of-notes.txt']);
        assert.deepEqual(await cloud.keys('photos-2/'), ['photos-2/of-photos.txt']);
      });
    } finally {
      cloud.close();
    }
    await workbench.screenshot('two-folders-backed-up');
  });

  it('lets a folder that was moved take its place over', async () => {
    const { workbench } = session;
    await rename(join(temporary.path, 'photos'), join(temporary.path, 'pictures'));
    const workspace = join(temporary.path, 'moved.code-workspace');
    const folders = [{ path: 'notes' }, { path: 'pictures' }];
    await writeFile(workspace, JSON.stringify({ folders }));
    await workbench.open(session.server.url({ workspace }));
    await workbench.runCommand('S3 Backup: Choose Bucket…');
    await quickPick.choose('pictures');
    await quickPick.choose('fresh-notes');
    await quickPick.choose('Type a Prefix…', { typed: '' });
    await quickPick.answer('photos-2');
    await eventually(async () => {
      assert.deepEqual(await labels(), ['Moved Here', 'Use “photos-2-2/”', 'Other…']);
    });
    await workbench.screenshot('moved-here');
    await quickPick.choose('Moved Here');
    await workbench.showViewContainer('S3 Backup');
    // What was backed up before the move is found again.
    await eventually(async () => {
      assert.ok((await tree.lines()).includes('  Up to Date: 1 · 6 B'));
    });
  });
});
