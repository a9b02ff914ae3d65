import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { cloudContents, type CloudContents } from '../support/servers/cloudContents';
import { startEmbeddedS3, type EmbeddedS3 } from '../../dev/embeddedS3';
import { eventually } from '../support/suite/eventually';
import { writeTree } from '../support/disk/localTree';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { startUiSession, type UiSession } from '../support/vscode/uiSession';
import { startWireRecorder, type WireRecorder } from '../support/servers/wire';
import type { Tree, Workbench } from '../support/vscode/workbench';
import { assertAtRest } from '../support/suite/assertAtRest';

const bucket = 'batches';
const mebibyte = 1 << 20;

describe('Batches', () => {
  let temporary: TemporaryFolder;
  let s3: EmbeddedS3;
  let wire: WireRecorder;
  let session: UiSession;
  let workbench: Workbench;
  let cloud: CloudContents;
  let folder: string;
  let tree: Tree;

  before(async function () {
    this.timeout(240_000);
    temporary = await temporaryFolder('batches');
    folder = join(temporary.path, 'studio');
    await mkdir(folder);
    await writeTree(folder, {
      'notes/todo.txt': 'todo',
      'notes/done.txt': 'done',
      'songs/first.wav': Buffer.alloc(9 * mebibyte, 1),
      'songs/second.wav': Buffer.alloc(4 * mebibyte, 2),
      'app/target/debug/app': Buffer.alloc(2 * mebibyte, 3),
      'app/target/debug/deps/lib': Buffer.alloc(mebibyte, 4),
    });
    s3 = await startEmbeddedS3({ buckets: [bucket] });
    wire = await startWireRecorder(s3.endpoint);
    cloud = cloudContents(s3.endpoint, bucket);
    session = await startUiSession({
      workspace: folder,
      settings: {
        's3Backup.endpoint': wire.endpoint,
        's3Backup.bucket': bucket,
        's3Backup.bandwidthLimit': '1 MB',
      },
    });
    ({ workbench } = session);
    tree = workbench.tree('Files');
    await workbench.showViewContainer('S3 Backup');
  });
  after(async () => {
    cloud.close();
    await session.stop();
    await wire.stop();
    await s3.stop();
    await temporary.remove();
  });

  it('back up what is ticked in the list of differences, filtered or not', async () => {
    const { quickPick } = workbench;
    await workbench.runCommand('S3 Backup: Choose Files to Back Up…');
    await quickPick.type('todo');
    await quickPick.tick(['notes/todo.txt']);
    await quickPick.type('done');
    await workbench.screenshot('review-filtered');
    await quickPick.type('');
    await quickPick.tick(['notes/done.txt']);
    await workbench.screenshot('review');
    await quickPick.confirm();
    await eventually(async () => {
      assert.deepEqual(await cloud.keys('studio/'), [
        'studio/notes/done.txt',
        'studio/notes/todo.txt',
      ]);
    });
  });

  it('show the first plan of everything, with what looks like build output', async () => {
    const { dialog } = workbench;
    await workbench.runCommand('S3 Backup: Back Up All');
    const text = await dialog.text();
    await workbench.screenshot('first-plan');
    assert.match(text, /4 files \(16 MB\) to s3:\/\/batches\/studio\//);
    assert.match(text, /app\/target \(build output\): 2 files, 3 MB/);
    assert.match(text, /songs\/first\.wav: 9 MB/);
    assert.deepEqual((await dialog.buttons()).toSorted(), ['Back Up', 'Cancel', 'Choose Files…']);
    await dialog.press('Choose Files…');
    await workbench.quickPick.cancel();
    assert.equal((await cloud.keys('studio/')).length, 2);
  });

  it('pause, rest, and go on', async () => {
    await workbench.runCommand('S3 Backup: Back Up All');
    await workbench.dialog.press('Back Up');
    const progress = await workbench.notifications.waitFor(/Backing up to S3.*left/);
    assert.match(progress, /of 4 files · .* of 16 MB · .*\/s · .* left/);
    await workbench.screenshot('progress');
    await workbench.pressViewAction('Pause');
    await eventually(async () => {
      assert.match(await workbench.viewMessage(), /^Paused/);
    });
    await workbench.notifications.waitFor(/Backing up to S3.*Paused/);
    await workbench.screenshot('paused');
    const atRest = await assertAtRest(wire);
    await workbench.pressViewAction('Resume');
    await eventually(() => {
      assert.ok(wire.bodyBytes > atRest);
    });
  });

  it('are cancelled in mid-upload, and keep what had arrived', async () => {
    await workbench.notifications.press(/Backing up to S3/, 'Cancel');
    await workbench.notifications.waitUntilGone(/Backing up to S3/);
    await eventually(async () => {
      assert.match(await workbench.viewMessage(), /^Compared.*left from an earlier backup/);
    });
    await workbench.screenshot('cancelled');
    await assertAtRest(wire);
    assert.ok(!(await cloud.keys('studio/')).includes('studio/songs/first.wav'));
    await workbench.runCommand('S3 Backup: Show Last Report');
    await eventually(async () => {
      assert.match(await workbench.editorText(), /Cancelled: \d files?[^]*songs\/first\.wav/);
    });
    await workbench.screenshot('report-of-a-cancelled-batch');
  });

  it('tell of failures, show a report, and try again what failed', async () => {
    const { notifications } = workbench;
    await rm(join(folder, 'app'), { recursive: true });
    await rm(join(folder, 'songs'), { recursive: true });
    for (const name of ['a', 'b', 'c']) await writeFile(join(folder, 'notes', `${name}.txt`), name);
    await workbench.runCommand('S3 Backup: Compare');
    await tree.waitForRow('Missing in Cloud');
    for (const name of ['a', 'b']) {
      wire.disturbNext(
        ({ method, path }) => method === 'PUT' && path.includes(`/${name}.txt`),
        'refuse',
      );
    }
    await workbench.runCommand('S3 Backup: Back Up All');
    const text = await notifications.waitFor(/2 failed/);
    await workbench.screenshot('failed');
    assert.match(text, /1 file backed up, 2 failed/);
    await notifications.press(/2 failed/, 'Show Report');
    await eventually(async () => {
      const report = await workbench.editorText();
      assert.match(report, /Failed: 2 files/);
      assert.match(report, /notes\/a\.txt \(1 B\)/);
      assert.match(report, /Backed Up: 1 file/);
    });
    await workbench.screenshot('report');
    await workbench.runCommand('File: Save As...');
    await eventually(async () => {
      assert.match(await workbench.quickPick.value(), /studio\/s3-backup .*\.txt$/);
    });
    const saved = await workbench.quickPick.value();
    await session.page.keyboard.press('Enter');
    await eventually(async () => {
      assert.match(await readFile(saved, 'utf8'), /Failed: 2 files/);
    });
    await rm(saved);
    await session.page.keyboard.press('ControlOrMeta+F4');
    await workbench.runCommand('S3 Backup: Retry Failed');
    await notifications.waitFor(/2 files backed up/);
    await workbench.screenshot('tried-again');
    assert.equal((await cloud.read('studio/notes/a.txt')).toString(), 'a');
  });
});
