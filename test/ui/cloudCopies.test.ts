import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

import { eventually } from '../support/suite/eventually';
import { startSeaweedFs } from '../../dev/seaweedfs';
import { skipSuite } from '../support/suite/skipSuite';
import { temporaryFolder } from '../../dev/temporaryFolder';
import { startUiSession, type UiSession } from '../support/vscode/uiSession';
import type { Tree, Workbench } from '../support/vscode/workbench';

const bucket = 'cloud-copies';

describe('Cloud copies', () => {
  const ends: (() => Promise<void> | void)[] = [];
  let client: S3Client;
  let session: UiSession;
  let workbench: Workbench;
  let tree: Tree;
  let folder: string;

  before(async function () {
    this.timeout(240_000);
    const started = await startSeaweedFs();
    if (started.kind === 'unavailable') skipSuite(this, started.reason);
    ends.push(() => started.stop());
    const { endpoint, region, accessKeyId, secretAccessKey } = started;
    const credentials = { accessKeyId, secretAccessKey };
    client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    ends.push(() => {
      client.destroy();
    });
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const temporary = await temporaryFolder('cloud-copies');
    ends.push(() => temporary.remove());
    folder = join(temporary.path, 'garden');
    await mkdir(folder);
    await write('plan.md', '# Plan\n\nBeans, kale\n');
    await write('fresh.txt', 'fresh\n');
    await put('plan.md', '# Plan\n\nBeans, kale, leeks\n\nA bench in the corner\n');
    await put('seeds/beans.txt', 'Blue Lake\nNeckargold\n');
    session = await startUiSession({
      workspace: folder,
      settings: { 's3Backup.endpoint': endpoint, 's3Backup.bucket': bucket },
      env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    });
    ends.push(() => session.stop());
    ({ workbench } = session);
    tree = workbench.tree('Files');
    await workbench.showViewContainer('S3 Backup');
    await workbench.runCommand('S3 Backup: Compare');
    await tree.waitForRow('Changed in Cloud');
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  /** A file that was changed long before anything came into the bucket. */
  async function write(path: string, text: string): Promise<void> {
    await writeFile(join(folder, path), text);
    const long = new Date(Date.now() - 3_600_000);
    await utimes(join(folder, path), long, long);
  }

  async function put(path: string, body: string): Promise<void> {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: `garden/${path}`, Body: body }));
  }

  it('are compared with the local file by a click, where they were changed', async () => {
    await tree.click('plan.md');
    await eventually(async () => {
      assert.ok((await workbench.editorTabs()).includes('plan.md (Cloud ↔ Local)'));
      const text = await workbench.editorText();
      assert.match(text, /leeks/);
      assert.match(text, /^Beans, kale$/m);
    });
    await workbench.screenshot('diff-with-cloud-copy');
  });

  it('are opened by a click, where they are only in the cloud', async () => {
    await tree.expand('Only in Cloud');
    await tree.expand('seeds');
    await tree.click('beans.txt');
    await eventually(async () => {
      assert.match(await workbench.editorText(), /Blue Lake\nNeckargold/);
    });
    await workbench.screenshot('open-cloud-copy');
  });

  it('offer what can be done with them in the tree', async () => {
    const changed = await tree.contextMenu('plan.md');
    for (const item of ['Open Diff with Cloud Copy', 'Open Cloud Copy', 'Show Cloud Versions…']) {
      assert.ok(changed.includes(item), `${item} among ${changed.join(', ')}`);
    }
    const onlyThere = await tree.contextMenu('beans.txt');
    assert.ok(onlyThere.includes('Open Cloud Copy'));
    assert.ok(!onlyThere.includes('Open Diff with Cloud Copy'));
    const missing = await tree.contextMenu('fresh.txt');
    assert.ok(!missing.includes('Open Cloud Copy'));
  });

  it('are hinted to be gone for good when replaced, once files have been backed up', async () => {
    await tree.click('fresh.txt');
    const hint = await workbench.notifications.waitFor(/keeps no versions/);
    assert.match(hint, /cloud-copies/);
    await workbench.screenshot('versioning-hint');
    await workbench.notifications.press(/keeps no versions/, 'Don’t Show Again');
    // When its row joins its group all rows are drawn anew, perhaps from under the next click.
    await eventually(async () => {
      const lines = await tree.lines();
      assert.ok(!lines.some(line => line.includes('fresh.txt')), lines.join('\n'));
    });
  });

  it('have no versions where the bucket keeps none, which can be turned on', async () => {
    await tree.chooseFromContextMenu('plan.md', 'Show Cloud Versions…');
    const message = /there is only the current copy/;
    await workbench.notifications.waitFor(message);
    await workbench.screenshot('versions-off');
    await workbench.notifications.press(message, 'Turn On Versioning…');
    assert.match(await workbench.dialog.text(), /Turn on versioning for the bucket “cloud-copies”/);
    await workbench.screenshot('turn-on-versioning');
    await workbench.dialog.press('Turn On Versioning');
    await workbench.notifications.waitFor(/Versioning is on/);
    const { Status: status } = await client.send(
      new GetBucketVersioningCommand({ Bucket: bucket }),
    );
    assert.equal(status, 'Enabled');
  });

  it('have their versions listed, and older ones compared and opened', async () => {
    const { quickPick } = workbench;
    await put('plan.md', '# Plan\n\nOnly beans\n');
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'garden/plan.md' }));
    await put('plan.md', '# Plan\n\nNothing but leeks\n');
    await tree.chooseFromContextMenu('plan.md', 'Show Cloud Versions…');
    await eventually(async () => {
      const rows = await quickPick.rows();
      assert.deepEqual(
        rows.map(({ description }) => description),
        ['26 B · latest', 'deleted in the cloud', '19 B', '50 B'],
      );
    });
    await workbench.screenshot('versions');
    const { page } = session;
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await eventually(async () => {
      assert.deepEqual(
        (await quickPick.rows()).map(({ label }) => label),
        ['Open', 'Compare with Local File', 'Restore This Version'],
      );
    });
    await workbench.screenshot('version-acts');
    await quickPick.choose('Compare with Local File');
    await eventually(async () => {
      assert.match(await workbench.editorText(), /Only beans/);
    });
    await workbench.screenshot('version-compared');
  });

  it('are read anew in an open comparison when another one has been found', async () => {
    await eventually(async () => {
      // Rows that make room for others may move from below the click.
      await tree.click('plan.md');
      await eventually(async () => {
        assert.match(await workbench.editorText(), /Nothing but leeks/);
      }, 2_000);
    }, 30_000);
    await put('plan.md', '# Plan\n\nNothing but kale!\n');
    await workbench.runCommand('S3 Backup: Compare');
    await eventually(async () => {
      assert.match(await workbench.editorText(), /Nothing but kale!/);
    });
  });

  it('are restored as an older version was, once the user has chosen what to replace', async () => {
    await tree.chooseFromContextMenu('plan.md', 'Show Cloud Versions…');
    const oldest = session.page.locator('.quick-input-list .monaco-list-row').nth(4);
    await oldest.hover();
    await oldest.getByRole('button', { name: 'Restore This Version' }).click();
    assert.match(
      await workbench.dialog.text(),
      /“plan.md” already exists here with different content/,
    );
    await workbench.screenshot('restore-version');
    await workbench.dialog.press('Replace');
    await eventually(async () => {
      const text = await readFile(join(folder, 'plan.md'), 'utf8');
      assert.equal(text, '# Plan\n\nBeans, kale, leeks\n\nA bench in the corner\n');
    });
    await eventually(async () => {
      assert.match(await workbench.editorText(), /A bench in the corner/);
    });
    // Rows move once more when the restored one has shown its tick.
    await eventually(async () => {
      const rows = await tree.rows();
      assert.match(
        rows.find(({ label }) => label === 'plan.md')?.description ?? '',
        /^50 B · another version in the cloud/,
      );
    });
    assert.ok((await readdir(folder)).some(name => name.startsWith('plan (kept')));
    await workbench.screenshot('version-restored');
  });

  it('cannot put links into messages by their names', async () => {
    const name = '[Retry](command:workbench.action.closeAllEditors)';
    await put(name, 'anything');
    await workbench.runCommand('S3 Backup: Compare');
    await tree.waitForRow(name);
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: `garden/${name}` }));
    await tree.click(name);
    await workbench.notifications.waitFor(/There is no cloud copy of/);
    const links = session.page.locator('.notification-list-item-message a');
    assert.equal(await links.count(), 0);
    await workbench.screenshot('name-like-a-link');
  });

  it('are reached from the Explorer by one submenu', async () => {
    await workbench.showViewContainer('Explorer');
    const explorer = workbench.explorer();
    await explorer.waitForRow('plan.md');
    await explorer.chooseFromContextMenu('fresh.txt', 'S3 Backup', 'Open Diff with Cloud Copy');
    await eventually(async () => {
      assert.ok((await workbench.editorTabs()).includes('fresh.txt (Cloud ↔ Local)'));
    });
    await workbench.screenshot('explorer-compared');
  });
});
