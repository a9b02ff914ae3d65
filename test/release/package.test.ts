import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { repositoryRoot } from '../../dev/repositoryRoot';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { maxPackageBytes, packagedFiles, packageFaults } from '../../scripts/packagedFiles';
import { cloudContents } from '../support/servers/cloudContents';
import { eventually } from '../support/suite/eventually';
import { startUiSession } from '../support/vscode/uiSession';

const bucket = 'release-tests';

describe('The package', () => {
  let temporary: TemporaryFolder;
  let vsix: string;

  before(async function () {
    this.timeout(120_000);
    temporary = await temporaryFolder('release');
    vsix = join(temporary.path, 's3-backup.vsix');
    const script = join(repositoryRoot, 'out', 'scripts', 'package.js');
    await promisify(execFile)(process.execPath, [script, vsix], { cwd: repositoryRoot });
  });
  after(() => temporary.remove());

  it('is small, and has what users need and nothing else', async () => {
    const archive = await readFile(vsix);
    assert.deepEqual(packageFaults(archive.length, packagedFiles(archive)), []);
  });

  it('is refused where it is too large, holds a source map or a test, or lacks a license', async () => {
    const files = packagedFiles(await readFile(vsix));
    const maps = [...files, { path: 'dist/engine.js.map', size: 1 }];
    const tests = [...files, { path: 'out/test/engine/layers.test.js', size: 1 }];
    const lacking = files.filter(({ path }) => path !== 'LICENSE.txt');
    assert.equal(packageFaults(maxPackageBytes + 1, files).length, 1);
    for (const wrong of [maps, tests, lacking]) {
      assert.notDeepEqual(packageFaults(1, wrong), []);
    }
  });

  it('backs up a file in a VS Code that has just been installed', async function () {
    this.timeout(120_000);
    const folder = join(temporary.path, 'almanac');
    await mkdir(folder);
    await writeFile(join(folder, 'moon.txt'), 'full');
    const session = await startUiSession({
      workspace: folder,
      buckets: [bucket],
      settings: { 's3Backup.bucket': bucket },
      extensions: [vsix],
    });
    const cloud = cloudContents(session.s3.endpoint, bucket);
    try {
      const { workbench } = session;
      await workbench.showViewContainer('S3 Backup');
      await workbench.runCommand('S3 Backup: Compare');
      const tree = workbench.tree('Files');
      await tree.waitForRow('Missing in Cloud');
      await tree.expand('Missing in Cloud');
      await tree.click('moon.txt');
      await eventually(async () => {
        assert.deepEqual(await cloud.keys(''), ['almanac/moon.txt']);
      });
    } finally {
      cloud.close();
      await session.stop();
    }
  });
});
