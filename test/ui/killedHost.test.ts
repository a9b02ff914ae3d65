import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { cloudContents, type CloudContents } from '../support/servers/cloudContents';
import { startEmbeddedS3, type EmbeddedS3 } from '../../dev/embeddedS3';
import { eventually } from '../support/suite/eventually';
import { extensionHosts } from '../support/vscode/extensionHosts';
import { writeTree } from '../support/disk/localTree';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { testVariables } from '../support/suite/testEnvironment';
import { startUiSession, type UiSession } from '../support/vscode/uiSession';
import { startWireRecorder, type WireRecorder } from '../support/servers/wire';
import type { Workbench } from '../support/vscode/workbench';

const bucket = 'killed-host';
const mebibyte = 1 << 20;
const files = 12;

describe('A back-up whose extension host is killed', () => {
  let temporary: TemporaryFolder;
  let s3: EmbeddedS3;
  let wire: WireRecorder;
  let session: UiSession;
  let workbench: Workbench;
  let cloud: CloudContents;
  let folder: string;

  before(async function () {
    this.timeout(240_000);
    if (process.platform !== 'linux') this.skip();
    temporary = await temporaryFolder('killed-host');
    folder = join(temporary.path, 'studio');
    await mkdir(folder);
    s3 = await startEmbeddedS3({ buckets: [bucket] });
    wire = await startWireRecorder(s3.endpoint);
    cloud = cloudContents(s3.endpoint, bucket);
    session = await startUiSession({
      workspace: folder,
      settings: {
        's3Backup.endpoint': wire.endpoint,
        's3Backup.bucket': bucket,
        's3Backup.bandwidthLimit': '5 MB',
      },
    });
    ({ workbench } = session);
    await workbench.showViewContainer('S3 Backup');
  });
  after(async () => {
    // Undefined where the suite is skipped.
    (cloud as CloudContents | undefined)?.close();
    await (session as UiSession | undefined)?.stop();
    await (wire as WireRecorder | undefined)?.stop();
    await (s3 as EmbeddedS3 | undefined)?.stop();
    await (temporary as TemporaryFolder | undefined)?.remove();
  });

  async function resumeItems(): Promise<readonly string[]> {
    return (await workbench.statusBarItems()).filter(label => /Resume \d+ remaining/.test(label));
  }

  const rounds = Number(process.env[testVariables.hostKills] ?? 1);
  for (let round = 1; round <= rounds; round++) {
    it(`is offered again after a reload, and finished (${String(round)})`, async function () {
      this.timeout(180_000);
      const names = Array.from(
        { length: files - 1 },
        (_, n) => `${String(round)}/small ${String(n)}`,
      );
      await writeTree(folder, {
        ...Object.fromEntries(names.map(name => [name, Buffer.alloc(mebibyte, name)])),
        [`${String(round)}/large`]: Buffer.alloc(20 * mebibyte, 'large'),
      });
      await workbench.runCommand('S3 Backup: Compare');
      await eventually(async () => {
        assert.match(await workbench.viewMessage(), /12 to back up/);
      });
      const before = wire.bodyBytes;
      await workbench.runCommand('S3 Backup: Back Up All');
      if (round === 1) await workbench.dialog.press('Back Up');
      await eventually(() => {
        assert.ok(wire.bodyBytes > before + (4 + round) * mebibyte);
      }, 60_000);
      const hosts = extensionHosts();
      assert.ok(hosts.length > 0);
      for (const pid of hosts) process.kill(pid, 'SIGKILL');
      await eventually(() => {
        assert.ok(hosts.every(pid => !extensionHosts().includes(pid)));
      });

      await workbench.reload();
      await workbench.showViewContainer('S3 Backup');
      await eventually(async () => {
        assert.equal((await resumeItems()).length, 1);
        assert.match(await workbench.viewMessage(), /left from an earlier backup/);
      }, 60_000);
      await workbench.screenshot('remaining-after-a-reload');
      await workbench.pressViewAction('Resume');
      await eventually(async () => {
        assert.equal((await cloud.keys('studio/')).length, round * files);
        assert.deepEqual(await resumeItems(), []);
        assert.match(await workbench.viewMessage(), /nothing to back up/);
      }, 120_000);
      await workbench.screenshot('remaining-finished');
      for (const key of await cloud.keys(`studio/${String(round)}/`)) {
        const file = await readFile(join(temporary.path, key));
        assert.ok((await cloud.read(key)).equals(file), key);
      }
    });
  }
});
