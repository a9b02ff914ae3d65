import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { cloudContents } from '../support/servers/cloudContents';
import { eventually } from '../support/suite/eventually';
import { writeTree } from '../support/disk/localTree';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { startUiSession, type UiSession } from '../support/vscode/uiSession';
import type { Tree } from '../support/vscode/workbench';

const bucket = 'filter-tests';

describe('The filter of the view', () => {
  let temporary: TemporaryFolder;
  let session: UiSession;
  let tree: Tree;

  before(async function () {
    this.timeout(240_000);
    temporary = await temporaryFolder('filter-ui');
    const folder = join(temporary.path, 'almanac');
    await mkdir(folder);
    await writeTree(folder, {
      ...Object.fromEntries(
        Array.from({ length: 45 }, (_, index) => [`plants/fern-${String(index)}.md`, 'fern']),
      ),
      'surveys/2024.csv': 'one',
      'surveys/2025.csv': 'two',
      'birds/drake.md': 'three',
      'node_modules/a/index.js': '1',
      '.git/HEAD': '2',
    });
    session = await startUiSession({
      workspace: folder,
      buckets: [bucket],
      settings: { 's3Backup.bucket': bucket },
    });
    tree = session.workbench.tree('Files');
    const cloud = cloudContents(session.s3.endpoint, bucket);
    for (const name of ['june.csv', 'july.csv', 'august.csv']) {
      await cloud.put(`almanac/counts/${name}`, name);
    }
    await cloud.put('almanac/plants/fern-1.md', 'fern');
    await cloud.put('almanac/surveys/2024.csv', 'one');
    cloud.close();
    await session.workbench.showViewContainer('S3 Backup');
    await session.workbench.runCommand('S3 Backup: Compare');
    await tree.waitForRow('Missing in Cloud');
    for (const group of ['Up to Date', 'Only in Cloud', 'Ignored', 'counts'])
      await tree.expand(group);
    // An open folder says so before its rows are there.
    await tree.waitForRow('june.csv');
    // What is equal by name and time is proved after the comparison, and then no row changes any more.
    await eventually(async () => {
      assert.ok((await tree.lines()).includes('Up to Date: 2 · 7 B'));
    });
  });
  after(async () => {
    await session.stop();
    await temporary.remove();
  });

  const none = ['Out of Date: 0', 'Missing in Cloud: 0 of 46', 'Up to Date: 0 of 2'];
  const noneElsewhere = ['Only in Cloud: 0 of 3', 'Ignored: 0 of 2'];
  const found: Readonly<Record<string, readonly string[]>> = {
    sur: [
      'Out of Date: 0',
      'Missing in Cloud: 1 of 46',
      '  surveys: 1 file · 3 B',
      '    2025.csv: 3 B',
      'Up to Date: 1 of 2',
      '  surveys: 1 file · 3 B · 1 other not backed up',
      '    2024.csv: 3 B · proved',
      ...noneElsewhere,
    ],
    drx: [...none, ...noneElsewhere],
    surx: [...none, ...noneElsewhere],
  };

  for (const delay of [20, 50, 90, 120]) {
    for (const [text, expected] of Object.entries(found)) {
      it(`shows just what matches, typed with ${String(delay)} ms from key to key: ${text}`, async () => {
        const { workbench, page } = session;
        const before = await tree.lines();
        await workbench.pressViewAction('Filter…');
        await page.locator('.quick-input-widget:visible').waitFor();
        await page.keyboard.type(text, { delay });
        await page.keyboard.press('Enter');
        await eventually(async () => {
          assert.deepEqual(await tree.lines(), expected);
          assert.match(await workbench.viewMessage(), new RegExp(`filter “${text}”`));
        });
        if (text === 'sur') await workbench.screenshot('filter-typed-fast');
        await workbench.pressViewAction('Clear Filter');
        // What was open is open again, and what was closed closed.
        await eventually(async () => {
          assert.deepEqual(await tree.lines(), before);
        });
      });
    }
  }
});
