import assert from 'node:assert/strict';

import { Profiles } from '../../../src/editor/targets/profiles';
import { setUserSetting, uriOf, workspaceFolder } from '../../support/vscode/extensionUnderTest';
import { memento } from '../../support/vscode/treeUnderTest';

describe('A folder’s credentials', () => {
  let profiles: Profiles;

  beforeEach(() => {
    profiles = new Profiles(memento());
  });
  afterEach(async () => {
    await setUserSetting('profile', undefined);
  });

  function profile(): unknown {
    return profiles.settings(workspaceFolder())['profile'];
  }

  it('are the setting’s until some are chosen', async () => {
    assert.equal(profiles.chosen(workspaceFolder()), undefined);
    assert.equal(profile(), '');
    await setUserSetting('profile', 'of-this-machine');
    assert.equal(profile(), 'of-this-machine');
  });

  it('are those that were chosen, whatever the setting says', async () => {
    await setUserSetting('profile', 'of-this-machine');
    await profiles.choose(workspaceFolder(), { kind: 'profile', name: 'work' });
    assert.equal(profile(), 'work');
    await profiles.choose(workspaceFolder(), { kind: 'default-chain' });
    assert.equal(profile(), '');
  });

  it('are kept by the extension’s storage, folder by folder', async () => {
    const memory = memento();
    const choice = { kind: 'profile', name: 'work' } as const;
    await new Profiles(memory).choose(workspaceFolder(), choice);
    const later = new Profiles(memory);
    assert.deepEqual(later.chosen(workspaceFolder()), choice);
    const other = { ...workspaceFolder(), uri: uriOf('elsewhere') };
    assert.equal(later.chosen(other), undefined);
  });
});
