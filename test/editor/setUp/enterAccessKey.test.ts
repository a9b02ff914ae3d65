import assert from 'node:assert/strict';
import { window, type InputBoxOptions } from 'vscode';

import {
  enterAccessKey,
  forgetAccessKeys,
  keepAccessKey,
} from '../../../src/editor/setUp/enterAccessKey';
import { AccessKeys } from '../../../src/editor/targets/accessKeys';
import { Profiles } from '../../../src/editor/targets/profiles';
import { folderId } from '../../../src/editor/targets/targets';
import type { AccessKey } from '../../../src/protocol/credentials';
import { uriOf, workspaceFolder } from '../../support/vscode/extensionUnderTest';
import { listenTo, type ShownMessages } from '../../support/vscode/messages';
import { secretsInMemory } from '../../support/vscode/secretsInMemory';
import { memento } from '../../support/vscode/treeUnderTest';

const key: AccessKey = { accessKeyId: 'AKIA1', secretAccessKey: 'MARKEDsecret' };

describe('An access key that is typed in', () => {
  let told: (readonly [string, unknown])[];
  let said: ShownMessages;

  function deps() {
    const secrets = secretsInMemory();
    const memory = memento();
    const engine = {
      notify: ({ method }: { readonly method: string }, params: unknown) =>
        told.push([method, params]),
    } as never;
    const profiles = new Profiles(memory);
    return { secrets, memory, engine, profiles, accessKeys: new AccessKeys(secrets) };
  }

  beforeEach(() => {
    told = [];
    said = listenTo('showInformationMessage');
  });
  afterEach(() => {
    said.restore();
  });

  it('is in the secret storage alone, and the engine is told to ask for it', async () => {
    const services = deps();
    const { accessKeys, profiles, secrets, memory } = services;
    const folder = workspaceFolder();
    await keepAccessKey(services, folder, key);
    await profiles.choose(folder, { kind: 'access-key' });
    assert.deepEqual(await accessKeys.get(folderId(folder)), key);
    const settings = profiles.settings(folder);
    assert.deepEqual([settings['profile'], settings['accessKeyOf']], ['', folderId(folder)]);
    const elsewhere = memory.keys().map(name => memory.get(name));
    assert.doesNotMatch(JSON.stringify([settings, elsewhere, told]), /MARKED/);
    assert.match([...secrets.kept.values()].join(''), /MARKED/);
    assert.deepEqual(told, [['accessKeyChanged', folderId(folder)]]);
  });

  it('is of one folder', async () => {
    const services = deps();
    await keepAccessKey(services, workspaceFolder(), key);
    assert.equal(await services.accessKeys.get(uriOf('elsewhere').toString()), undefined);
  });

  it('is removed by a command, and the settings count again', async () => {
    const services = deps();
    const folder = workspaceFolder();
    await keepAccessKey(services, folder, key);
    await services.profiles.choose(folder, { kind: 'access-key' });
    await forgetAccessKeys(services, [folder]);
    assert.equal(services.secrets.kept.size, 0);
    assert.equal(services.profiles.chosen(folder), undefined);
    assert.equal(said.texts.length, 1);
  });

  /** Types these texts into one box after the other; nothing after the last is Escape. */
  async function typing(...texts: readonly string[]): Promise<{
    readonly entered: AccessKey | undefined;
    readonly hidden: readonly (boolean | undefined)[];
  }> {
    const { showInputBox } = window;
    const left = [...texts];
    const hidden: (boolean | undefined)[] = [];
    const type = (options: InputBoxOptions): Promise<string | undefined> => {
      hidden.push(options.password);
      return Promise.resolve(left.shift());
    };
    Object.assign(window, { showInputBox: type });
    try {
      return { entered: await enterAccessKey(), hidden };
    } finally {
      Object.assign(window, { showInputBox });
    }
  }

  it('has its secret hidden, and a session token where it is a temporary one', async () => {
    const lasting = await typing(' AKIA1 ', 'MARKEDsecret');
    assert.deepEqual(lasting, { entered: key, hidden: [false, true] });
    const { entered } = await typing('ASIA2', 's', 't');
    assert.deepEqual(entered, {
      accessKeyId: 'ASIA2',
      secretAccessKey: 's',
      sessionToken: 't',
    });
  });

  it('is none where somebody gives up', async () => {
    assert.equal((await typing()).entered, undefined);
    assert.equal((await typing('AKIA1')).entered, undefined);
    assert.equal((await typing('ASIA2', 's')).entered, undefined);
  });
});
