import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { commands, window, type QuickPickItem } from 'vscode';

import { cloudContents, type CloudContents } from '../../support/servers/cloudContents';
import { writeTree } from '../../support/disk/localTree';
import { testVariable } from '../../support/suite/testEnvironment';
import {
  activateWithTarget,
  setUserSetting,
  workspaceFolder,
} from '../../support/vscode/extensionUnderTest';

describe('More differences than anybody goes through', () => {
  const prefix = 'many-differences/';
  const folders = ['letters/', 'bills/'];
  const shown = window.showQuickPick.bind(window);
  let cloud: CloudContents;
  let labels: readonly string[] = [];

  before(async () => {
    cloud = cloudContents(testVariable('embeddedEndpoint'), testVariable('embeddedBucket'));
    const names = (count: number, of: string) =>
      Array.from({ length: count }, (_, n) => [`${of}${String(n)}.txt`, String(n)] as const);
    const files = [...names(1000, 'letters/'), ...names(100, 'bills/2026/')];
    await writeTree(workspaceFolder().uri.fsPath, Object.fromEntries(files));
    await activateWithTarget(prefix);
    const showQuickPick = (items: readonly QuickPickItem[]) => {
      labels = items.map(({ label }) => label);
      return Promise.resolve(
        items.filter(({ label }) => label.startsWith('bills') || label === 'Files in no folder'),
      );
    };
    Object.assign(window, { showQuickPick });
  });
  after(async () => {
    Object.assign(window, { showQuickPick: shown });
    cloud.close();
    const { fsPath } = workspaceFolder().uri;
    for (const folder of folders) await rm(`${fsPath}/${folder}`, { recursive: true, force: true });
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
  });

  it('are chosen by folder', async () => {
    await commands.executeCommand('s3Backup.review');
    assert.ok(labels.includes('letters/') && labels.includes('Files in no folder'), labels.join());
    const keys = (await cloud.keys(prefix)).map(key => key.slice(prefix.length));
    assert.equal(keys.filter(key => key.startsWith('bills/')).length, 100);
    const loose = keys.filter(key => !key.includes('/'));
    assert.deepEqual(loose.sort(), ['empty.txt', 'notes.txt']);
    assert.ok(!keys.some(key => key.includes('letters')));
  });
});
