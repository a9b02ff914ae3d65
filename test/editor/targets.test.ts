import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { ConfigurationTarget, workspace } from 'vscode';

import { Targets } from '../../src/editor/targets';
import { setUserSetting, uriOf, workspaceFolder } from './extensionUnderTest';
import { memento } from './treeUnderTest';

describe('A folder’s target', () => {
  let targets: Targets;

  beforeEach(async () => {
    targets = new Targets(memento());
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
  });
  afterEach(async () => {
    targets.dispose();
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
    await setInWorkspace('bucket', undefined);
    await setInWorkspace('prefix', undefined);
    await rm(uriOf('.vscode').fsPath, { recursive: true, force: true });
  });

  async function setInWorkspace(name: string, value: unknown): Promise<void> {
    const configuration = workspace.getConfiguration('s3Backup', workspaceFolder().uri);
    await configuration.update(name, value, ConfigurationTarget.Workspace);
  }

  it('is none at first', () => {
    assert.deepEqual(targets.standing(workspaceFolder()), { kind: 'none' });
  });

  it('comes from the user’s settings, with the folder’s name for a prefix', async () => {
    await setUserSetting('bucket', 'mine');
    const { name } = workspaceFolder();
    assert.deepEqual(targets.standing(workspaceFolder()), {
      kind: 'settled',
      target: { bucket: 'mine', prefix: `${name}/` },
    });
  });

  it('has a prefix that ends in one slash, or none at all', async () => {
    await setUserSetting('bucket', 'mine');
    for (const [setting, prefix] of [
      ['a/b', 'a/b/'],
      ['/a//', 'a/'],
      ['/', ''],
    ]) {
      await setUserSetting('prefix', setting);
      const standing = targets.standing(workspaceFolder());
      assert.ok(standing.kind === 'settled');
      assert.equal(standing.target.prefix, prefix);
    }
  });

  it('is what the user chose, before all settings of the user', async () => {
    await setUserSetting('bucket', 'mine');
    const target = { bucket: 'chosen', prefix: 'here/' };
    await targets.settle(workspaceFolder(), target);
    assert.deepEqual(targets.standing(workspaceFolder()), { kind: 'settled', target });
  });

  it('is asked about where the workspace names it, and again when it names another', async () => {
    await targets.settle(workspaceFolder(), { bucket: 'chosen', prefix: 'here/' });
    await setInWorkspace('bucket', 'theirs');
    const asked = targets.standing(workspaceFolder());
    assert.ok(asked.kind === 'to-confirm');
    assert.equal(asked.target.bucket, 'theirs');

    await targets.settle(workspaceFolder(), asked.target);
    const settled = targets.standing(workspaceFolder());
    assert.deepEqual(settled, { kind: 'settled', target: asked.target });

    await setInWorkspace('prefix', 'elsewhere/');
    assert.equal(targets.standing(workspaceFolder()).kind, 'to-confirm');
  });

  it('names a setting that cannot be meant', async () => {
    await setUserSetting('bucket', 5);
    const standing = targets.standing(workspaceFolder());
    assert.ok(standing.kind === 'invalid');
    assert.equal(standing.failure.code, 'invalid-setting');
    assert.equal(standing.failure.subject, 's3Backup.bucket');
  });
});
