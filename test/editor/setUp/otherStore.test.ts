import assert from 'node:assert/strict';

import {
  commands,
  window,
  workspace,
  type InputBox,
  type QuickPick,
  type QuickPickItem,
} from 'vscode';

import { AccessKeys } from '../../../src/editor/targets/accessKeys';
import { Profiles } from '../../../src/editor/targets/profiles';
import { otherStore } from '../../../src/editor/setUp/otherStore';
import { runSteps } from '../../../src/editor/quickInput/steps';
import type { EngineClient } from '../../../src/editor/client/engineClient';
import { eventually } from '../../support/suite/eventually';
import { engineAnswering } from '../../support/vscode/engineAnswering';
import { setUserSetting, workspaceFolder } from '../../support/vscode/extensionUnderTest';
import { secretsInMemory } from '../../support/vscode/secretsInMemory';
import { memento, testLog } from '../../support/vscode/treeUnderTest';

describe('Another store', () => {
  const log = testLog();
  const shown = {
    createQuickPick: window.createQuickPick.bind(window),
    createInputBox: window.createInputBox.bind(window),
    showQuickPick: window.showQuickPick.bind(window),
  };
  const names = ['endpoint', 'region', 'forcePathStyle'];
  let earlier: readonly unknown[];
  let pick: QuickPick<QuickPickItem> | undefined;
  let input: InputBox | undefined;

  before(() => {
    earlier = names.map(set);
    Object.assign(window, {
      createQuickPick: () => (pick = shown.createQuickPick()),
      createInputBox: () => (input = shown.createInputBox()),
      // The credentials: the first that are offered.
      showQuickPick: (items: readonly QuickPickItem[]) => Promise.resolve(items[0]),
    });
  });
  beforeEach(() => {
    pick = undefined;
    input = undefined;
  });
  after(async () => {
    Object.assign(window, shown);
    for (const [index, name] of names.entries()) await setUserSetting(name, earlier[index]);
    log.dispose();
  });

  function set(name: string): unknown {
    return workspace.getConfiguration('s3Backup').inspect(name)?.globalValue;
  }

  /** Chooses a store by its name, answers what it asks, and gives what is set when it is tried. */
  async function use(name: string, ...answers: readonly string[]): Promise<readonly unknown[]> {
    const sources = { profiles: [], places: [], inEnvironment: true, credentialsFile: '/none' };
    const deps = {
      engine: engineAnswering({ credentialSources: sources, storeEndpoint: 'any' }) as EngineClient,
      log,
      profiles: new Profiles(memento()),
      accessKeys: new AccessKeys(secretsInMemory()),
    };
    let tried: readonly unknown[] | undefined;
    const running = runSteps(
      otherStore<never>(deps, workspaceFolder(), () => () => {
        tried = names.map(set);
        return Promise.resolve({ kind: 'cancelled' });
      }),
    );
    await eventually(async () => {
      assert.ok(pick);
      pick.value = name;
      await commands.executeCommand('quickInput.first');
      assert.equal(pick.activeItems[0]?.label, name);
    });
    await commands.executeCommand('quickInput.accept');
    for (const answer of answers) {
      const box = await eventually(() => {
        assert.ok(input);
        return Promise.resolve(input);
      });
      input = undefined;
      box.value = answer;
      await eventually(async () => {
        if (tried === undefined && input === undefined) {
          await commands.executeCommand('quickInput.accept');
        }
        assert.ok(tried !== undefined || input !== undefined);
      });
    }
    await running;
    assert.ok(tried, 'It was tried.');
    return tried;
  }

  it('that is known by its name is set by one answer, and tried at once', async () => {
    await setUserSetting('forcePathStyle', false);
    const account = '0123456789abcdef0123456789abcdef';
    const r2 = `https://${account}.r2.cloudflarestorage.com`;
    assert.deepEqual(await use('Cloudflare R2', account), [r2, 'auto', undefined]);
    assert.deepEqual(await use('Wasabi', 'us-east-1'), [
      'https://s3.us-east-1.wasabisys.com',
      'us-east-1',
      undefined,
    ]);
    assert.deepEqual(await use('Google Cloud Storage'), [
      'https://storage.googleapis.com',
      'auto',
      undefined,
    ]);
    assert.deepEqual(await use('AWS', 'eu-west-1'), [undefined, 'eu-west-1', undefined]);
  });

  it('is set by its address and region', async () => {
    await setUserSetting('region', 'of-the-last-store');
    const nas = await use('MinIO', 'localhost:9000', '');
    assert.deepEqual(nas, ['http://localhost:9000', undefined, undefined]);
  });
});
