import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { cloudContents, type CloudContents } from '../support/servers/cloudContents';
import { eventually } from '../support/suite/eventually';
import { writeTree } from '../support/disk/localTree';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { startUiSession, type UiSession } from '../support/vscode/uiSession';

const bucket = 'many';

describe('More differences than anybody goes through', () => {
  let temporary: TemporaryFolder;
  let session: UiSession;
  let cloud: CloudContents;

  before(async function () {
    this.timeout(240_000);
    temporary = await temporaryFolder('ui-many');
    const folder = join(temporary.path, 'archive');
    await mkdir(folder);
    const names = (count: number, of: string) =>
      Array.from({ length: count }, (_, n) => [`${of}${String(n)}.txt`, String(n)] as const);
    const files = [...names(900, 'letters/'), ...names(100, 'bills/2026/'), ...names(2, 'loose-')];
    await writeTree(folder, Object.fromEntries(files));
    session = await startUiSession({
      workspace: folder,
      buckets: [bucket],
      settings: { 's3Backup.bucket': bucket },
    });
    cloud = cloudContents(session.s3.endpoint, bucket);
    await session.workbench.showViewContainer('S3 Backup');
  });
  after(async () => {
    cloud.close();
    await session.stop();
    await temporary.remove();
  });

  it('are chosen by folder', async () => {
    const { workbench } = session;
    await workbench.runCommand('S3 Backup: Choose Files to Back Up…');
    await eventually(async () => {
      const labels = (await workbench.quickPick.rows()).map(({ label }) => label);
      assert.ok(
        labels.includes('letters/') && labels.includes('Files in no folder'),
        labels.join(),
      );
    });
    await workbench.screenshot('review-folders');
    const bills = (await workbench.quickPick.rows()).find(({ label }) => label.startsWith('bills'));
    assert.ok(bills);
    await workbench.quickPick.tick([bills.label, 'Files in no folder']);
    await workbench.quickPick.confirm();
    await eventually(async () => {
      assert.equal((await cloud.keys('archive/')).length, 102);
    }, 60_000);
    assert.ok(!(await cloud.keys('archive/')).some(key => key.includes('letters')));
  });
});
