import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands, window, workspace } from 'vscode';

import { Automation } from '../../../src/editor/automation/automation';
import { compareOnStartup } from '../../../src/editor/automation/compareOnStartup';
import { Failed } from '../../../src/editor/failures/failed';
import { Targets } from '../../../src/editor/targets/targets';
import { storeEndpoint } from '../../../src/protocol/credentials';
import type { FolderSetup } from '../../../src/protocol/folders';
import { engineAnswering } from '../../support/vscode/engineAnswering';
import { writeTree } from '../../support/disk/localTree';
import { recordsIn } from '../../support/vscode/recordsIn';
import type { S3Backup } from '../../../src/extension';
import { suitePlaces } from '../../support/vscode/suitePlaces';
import { testVariable } from '../../support/suite/testEnvironment';
import { answerWith, type Answers } from '../../support/vscode/answers';
import {
  filesIn,
  putObject,
  setUserSetting,
  untilState,
  uriOf,
  workspaceFolder,
} from '../../support/vscode/extensionUnderTest';
import { eventually } from '../../support/suite/eventually';

describe('Automation', () => {
  const places = suitePlaces('automation');
  let api: S3Backup;
  let answers: Answers;

  beforeEach(async () => {
    answers = answerWith('Back Up');
    const files = { 'kept/a.txt': 'first', 'kept/b.txt': 'first', 'kept/.env': 'first' };
    await writeTree(workspaceFolder().uri.fsPath, files, Date.UTC(2020, 0));
    api = await places.next();
  });
  afterEach(async () => {
    answers.restore();
    await setUserSetting('backUpOnSave', undefined);
    await commands.executeCommand('workbench.action.closeAllEditors');
    await rm(uriOf('kept').fsPath, { recursive: true, force: true });
  });
  /** Types into a file and saves it, as its user does. */
  async function save(path: string): Promise<void> {
    const editor = await window.showTextDocument(uriOf(path), { preview: false });
    const typed = await editor.edit(edit => {
      edit.insert(editor.document.positionAt(0), 'typed ');
    });
    assert.ok(typed);
    assert.ok(await workspace.save(uriOf(path)));
  }

  async function stored(): Promise<readonly string[]> {
    return (await places.cloud.keys(places.prefix)).map(key => key.slice(places.prefix.length));
  }

  it('backs up nothing that is saved until its setting is on', async () => {
    await save('kept/a.txt');
    await setUserSetting('backUpOnSave', true);
    await save('kept/b.txt');
    await eventually(async () => {
      assert.deepEqual(await stored(), ['kept/b.txt']);
    });
    assert.deepEqual(answers.questions, []);
  });

  it('leaves alone what somebody must be asked about', async () => {
    await setUserSetting('backUpOnSave', true);
    await putObject(`${places.prefix}kept/a.txt`, 'of somebody else');
    for (const path of ['kept/.env', 'kept/a.txt', 'kept/b.txt']) await save(path);
    // All are saved within one moment, so that one batch takes them.
    await eventually(async () => {
      assert.deepEqual(await stored(), ['kept/a.txt', 'kept/b.txt']);
    });
    assert.equal(
      (await places.cloud.read(`${places.prefix}kept/a.txt`)).toString(),
      'of somebody else',
    );
    assert.deepEqual(answers.questions, []);
  });

  it('turns the row green where the folder has been compared', async () => {
    await api.compare();
    await setUserSetting('backUpOnSave', true);
    const before = filesIn(api.state, 'up-to-date');
    await save('kept/a.txt');
    await untilState(api, state => filesIn(state, 'up-to-date') === before + 1);
    assert.deepEqual(await stored(), ['kept/a.txt']);
  });

  describe('at the start of a window', () => {
    it('compares the folders whose setting wants it, and no others', async () => {
      const compared: (readonly FolderSetup[])[] = [];
      const automation = new Automation({ warn: () => undefined });
      const records = join(tmpdir(), randomUUID());
      const deps = {
        automation,
        comparisons: {
          run: (setups: readonly FolderSetup[]) => {
            compared.push(setups);
            return Promise.resolve();
          },
        },
        engine: engineAnswering({ [storeEndpoint.method]: 'https://s3.test' }),
        log: { warn: () => undefined },
        profiles: { settings: () => ({}) },
        targets: new Targets(recordsIn(records)),
      };
      await compareOnStartup(deps);
      assert.deepEqual(compared, []);
      await setUserSetting('compareOnStartup', true);
      try {
        await compareOnStartup(deps);
      } finally {
        await setUserSetting('compareOnStartup', undefined);
      }
      assert.deepEqual(
        compared.flat().map(({ root, bucket, isUnasked }) => [root, bucket, isUnasked]),
        [[workspaceFolder().uri.fsPath, testVariable('embeddedBucket'), true]],
      );
      automation.dispose();
    });
  });

  it('keeps what went wrong for the status bar until the same work ends well', async () => {
    const automation = new Automation({ warn: () => undefined });
    let told = 0;
    automation.onDidChange(() => told++);
    await automation.run('back-up', () => Promise.reject(Failed.of('unreachable', 'x')));
    await automation.run('comparison', () => Promise.resolve());
    await automation.run('back-up', () => Promise.reject(Failed.of('cancelled', 'x')));
    assert.deepEqual(
      [...automation.failures].map(([work, { code }]) => [work, code]),
      [['back-up', 'unreachable']],
    );
    assert.equal(told, 1);
    await automation.run('back-up', () => Promise.resolve());
    assert.equal(automation.failures.size, 0);
    assert.equal(told, 2);
    automation.dispose();
  });
});
