import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Uri, workspace, type WorkspaceFolder } from 'vscode';

import type { Failed } from '../../src/editor/failures/failed';
import { unsupportedResource } from '../../src/editor/targets/unsupportedResource';
import { clickAction } from '../../src/editor/rowClick';
import type { S3Backup } from '../../src/extension';
import { temporaryFolder } from '../../dev/temporaryFolder';
import { testVariable } from '../support/suite/testEnvironment';
import { startWireRecorder } from '../support/servers/wire';
import { killEngines } from '../support/vscode/engineThreads';
import { answerWith } from '../support/vscode/answers';
import {
  activateWithTarget,
  filesIn,
  onlyComparison,
  setUserSetting,
  untilState,
  workspaceFolder,
} from '../support/vscode/extensionUnderTest';

describe('Bad input in the editor', () => {
  let api: S3Backup;
  let run = 0;

  beforeEach(async () => {
    run++;
    api = await activateWithTarget(`bad-input-${String(run)}/`);
  });
  after(async () => {
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
  });

  function fails(code: string, subject: string): (error: unknown) => boolean {
    return error => {
      // The bundle has a class of its own, so that `instanceof` would not do.
      const { record } = error as Failed;
      assert.deepEqual([record.code, record.subject], [code, subject]);
      return true;
    };
  }

  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    bucket: [5, ['b']],
    prefix: [5, 'a//b', '../up', 'a/./b'],
    exclude: ['*.log', [5]],
    profile: [true],
    region: [{}],
    endpoint: ['localhost:9000', 5],
    forcePathStyle: ['yes'],
    storageClass: ['A B'],
    serverSideEncryption: ['ROT13'],
    kmsKeyId: ['alias/ours'],
  };
  for (const [name, values] of Object.entries(wrong)) {
    it(`names s3Backup.${name} where its value cannot be meant`, async () => {
      const before = workspace.getConfiguration('s3Backup').inspect(name)?.globalValue;
      try {
        for (const value of values) {
          await setUserSetting(name, value);
          await assert.rejects(api.compare(), fails('invalid-setting', `s3Backup.${name}`));
          await assert.rejects(api.backUp(), fails('invalid-setting', `s3Backup.${name}`));
        }
      } finally {
        await setUserSetting(name, before);
      }
    });
  }

  it('names s3Backup.clickAction where a click could not be meant', async () => {
    try {
      for (const value of ['delete', 5]) {
        await setUserSetting('clickAction', value);
        assert.throws(clickAction, fails('invalid-setting', 's3Backup.clickAction'));
      }
    } finally {
      await setUserSetting('clickAction', 'upload');
    }
    assert.equal(clickAction(), 'upload');
  });

  it('says of a file outside the workspace that it has no place in a bucket', async () => {
    const outside = await temporaryFolder('outside');
    const file = join(outside.path, 'x.txt');
    await writeFile(file, 'x');
    await assert.rejects(api.backUp([file]), fails('not-in-workspace', 'x.txt'));
    await outside.remove();
  });

  it('says of a file of a virtual workspace that it is not on a disk', () => {
    const { record } = unsupportedResource([
      Uri.parse('vscode-vfs://github/someone/something/x.txt'),
    ]);
    assert.deepEqual([record.code, record.subject], ['not-on-disk', 'x.txt']);
  });

  it('says that no folder is open, and of a window that is wholly virtual that it is not on a disk', async () => {
    const shown = Object.getOwnPropertyDescriptor(workspace, 'workspaceFolders');
    assert.ok(shown);
    const windowWith = (folders: readonly WorkspaceFolder[] | undefined): void => {
      Object.defineProperty(workspace, 'workspaceFolders', { ...shown, get: () => folders });
    };
    try {
      windowWith(undefined);
      await assert.rejects(api.compare(), fails('no-folder', ''));
      await assert.rejects(api.backUp(), fails('no-folder', ''));
      windowWith([
        { uri: Uri.parse('vscode-vfs://github/someone/something'), name: 'w', index: 0 },
      ]);
      await assert.rejects(api.compare(), fails('not-on-disk', 'w'));
      await assert.rejects(api.backUp(), fails('not-on-disk', 'w'));
    } finally {
      Object.defineProperty(workspace, 'workspaceFolders', shown);
    }
  });

  it('fails a batch whose engine dies, and shows the truth by the next comparison', async () => {
    const wire = await startWireRecorder(testVariable('embeddedEndpoint'));
    const files = workspaceFolder().uri.fsPath;
    await writeFile(join(files, 'dies-1.txt'), '1');
    await writeFile(join(files, 'dies-2.txt'), '2');
    const endpoint = workspace.getConfiguration('s3Backup').inspect('endpoint')?.globalValue;
    const answers = answerWith('Back Up');
    try {
      await setUserSetting('endpoint', wire.endpoint);
      await api.compare();
      const { found } = onlyComparison(api.state);
      const missing = filesIn(api.state, 'missing-in-cloud');
      wire.disturbNext(({ path }) => path.includes('dies-2'), 'stall');
      const backingUp = api.backUp();
      await untilState(
        api,
        state =>
          state.kind === 'transferring' &&
          state.batches.some(({ files, filesDone }) => filesDone === files - 1),
      );
      await killEngines();
      const arrived = `${String(missing - 1)} of ${String(missing)} files`;
      await assert.rejects(backingUp, fails('engine-stopped', arrived));
      assert.equal(api.state.kind, 'failed');
      assert.deepEqual(api.state.comparisons, []);

      await api.compare();
      assert.equal(onlyComparison(api.state).found, found);
      assert.equal(filesIn(api.state, 'missing-in-cloud'), 1);
      assert.equal(filesIn(api.state, 'up-to-date'), missing - 1);
      assert.equal((await api.backUp())?.done, 1);
    } finally {
      answers.restore();
      await setUserSetting('endpoint', endpoint);
      await wire.stop();
      await workspace.fs.delete(Uri.file(join(files, 'dies-1.txt')));
      await workspace.fs.delete(Uri.file(join(files, 'dies-2.txt')));
    }
  });
});
