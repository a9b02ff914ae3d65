import assert from 'node:assert/strict';
import { join } from 'node:path';

import { cloudContents, type CloudContents } from '../support/servers/cloudContents';
import { startEmbeddedS3 } from '../../dev/embeddedS3';
import { eventually } from '../support/suite/eventually';
import { writeTree } from '../support/disk/localTree';
import { temporaryFolder } from '../../dev/temporaryFolder';
import { startUiSession, type UiSession } from '../support/vscode/uiSession';
import { startWireRecorder, type WireRecorder } from '../support/servers/wire';
import type { Tree, Workbench } from '../support/vscode/workbench';

const bucket = 'restored-tabs';

describe('Cloud copies that were open when the window was closed', () => {
  const ends: (() => Promise<void> | void)[] = [];
  let wire: WireRecorder;
  let session: UiSession;
  let workbench: Workbench;
  let tree: Tree;
  let cloud: CloudContents;

  before(async function () {
    this.timeout(240_000);
    const temporary = await temporaryFolder('restored-tabs');
    ends.push(() => temporary.remove());
    const folder = join(temporary.path, 'den');
    await writeTree(folder, { 'both.txt': 'here\n' }, Date.now() - 3_600_000);
    const s3 = await startEmbeddedS3({ buckets: [bucket] });
    ends.push(() => s3.stop());
    wire = await startWireRecorder(s3.endpoint);
    ends.push(() => wire.stop());
    cloud = cloudContents(s3.endpoint, bucket);
    ends.push(() => {
      cloud.close();
    });
    await cloud.put('den/there.txt', 'only there\n');
    await cloud.put('den/both.txt', 'there, and longer\n');
    await cloud.put('den/dot.png', png);
    session = await startUiSession({
      workspace: folder,
      settings: { 's3Backup.endpoint': wire.endpoint, 's3Backup.bucket': bucket },
    });
    ends.push(() => session.stop());
    ({ workbench } = session);
    tree = workbench.tree('Files');
    await workbench.showViewContainer('S3 Backup');
    await workbench.runCommand('S3 Backup: Compare');
    await tree.waitForRow('Only in Cloud');
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  async function untilText(text: RegExp): Promise<void> {
    await eventually(async () => {
      assert.match(await workbench.editorText(), text);
    }, 30_000);
  }

  it('wait until they are loaded, and ask the store nothing before', async function () {
    this.timeout(120_000);
    await tree.expand('Only in Cloud');
    await tree.click('there.txt');
    await untilText(/only there/);
    await cloud.put('den/there.txt', 'another one by now\n');

    const before = wire.requests.length;
    await workbench.reloadWithEditors();
    await untilText(/not loaded by itself/);
    await workbench.screenshot('restored-cloud-copy');
    // Whatever the window does by itself at its start is done before its view is drawn.
    await workbench.showViewContainer('S3 Backup');
    await eventually(async () => {
      assert.match(await workbench.viewMessage(), /./);
    }, 30_000);
    assert.equal(wire.requests.length, before);

    await workbench.runCommand('S3 Backup: Load Cloud Copy');
    await untilText(/another one by now/);
    assert.ok(wire.requests.length > before);
  });

  it('wait in a diff, too, and are loaded by the button in its title', async function () {
    this.timeout(120_000);
    await workbench.runCommand('S3 Backup: Compare');
    await tree.waitForRow('Changed in Cloud');
    await tree.click('both.txt');
    await untilText(/there, and longer/);
    const before = wire.requests.length;
    await workbench.reloadWithEditors();
    await untilText(/not loaded by itself/);
    await workbench.screenshot('restored-diff');
    assert.equal(wire.requests.length, before);
    await workbench.pressInEditorTitle('Load Cloud Copy');
    await untilText(/there, and longer/);
  });

  it('wait as pictures, too, and are loaded in the editor for these', async function () {
    this.timeout(120_000);
    const inner = session.page.frameLocator('iframe.webview').frameLocator('#active-frame');
    await workbench.runCommand('S3 Backup: Compare');
    await tree.waitForRow('Only in Cloud');
    await tree.expand('Only in Cloud');
    await tree.click('dot.png');
    await eventually(async () => {
      assert.ok((await workbench.editorTabs()).includes('dot.png (Cloud)'));
    });
    await inner.locator('body.ready img').waitFor();
    const before = wire.requests.length;
    await workbench.reloadWithEditors();
    await inner.locator('body.error').waitFor();
    await workbench.screenshot('restored-picture');
    assert.equal(wire.requests.length, before);
    await workbench.runCommand('S3 Backup: Load Cloud Copy');
    await inner.locator('body.ready:not(.error) img').waitFor();
    assert.ok(wire.requests.slice(before).some(({ path }) => path.includes('dot.png')));
  });
});

/** One transparent pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
