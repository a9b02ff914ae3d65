import assert from 'node:assert/strict';

import { window, type QuickPickItem } from 'vscode';

import type { EngineClient } from '../../../src/editor/client/engineClient';
import { chooseProfile } from '../../../src/editor/setUp/chooseProfile';
import { AccessKeys } from '../../../src/editor/targets/accessKeys';
import { Profiles } from '../../../src/editor/targets/profiles';
import type { CredentialSources, PlaceSummary } from '../../../src/protocol/credentials';
import { engineAnswering } from '../../support/vscode/engineAnswering';
import { workspaceFolder } from '../../support/vscode/extensionUnderTest';
import { secretsInMemory } from '../../support/vscode/secretsInMemory';
import { memento, testLog } from '../../support/vscode/treeUnderTest';

describe('The list of credentials', () => {
  const log = testLog();
  const showQuickPick = window.showQuickPick.bind(window);
  let offered: readonly QuickPickItem[];
  let wanted: string;

  before(() => {
    Object.assign(window, {
      showQuickPick: (items: readonly QuickPickItem[]) => {
        offered = items;
        return Promise.resolve(items.find(({ label }) => label === wanted));
      },
    });
  });
  after(() => {
    Object.assign(window, { showQuickPick });
    log.dispose();
  });

  const places: readonly PlaceSummary[] = [
    { place: 'environment', fault: undefined },
    { place: 'web-identity', fault: { kind: 'incomplete', variables: ['AWS_ROLE_ARN'] } },
    {
      place: 'container',
      fault: { kind: 'unset', variables: ['AWS_CONTAINER_CREDENTIALS_FULL_URI'] },
    },
    { place: 'instance', fault: undefined },
  ];
  const sources: CredentialSources = {
    profiles: [],
    places,
    inEnvironment: true,
    environmentProfile: undefined,
    credentialsFile: '/none',
    fault: undefined,
  };

  async function choose(label: string): Promise<Profiles> {
    wanted = label;
    const profiles = new Profiles(memento());
    const engine = engineAnswering({ credentialSources: sources }) as EngineClient;
    const accessKeys = new AccessKeys(secretsInMemory());
    await chooseProfile({ engine, log, profiles, accessKeys }, [workspaceFolder()]);
    return profiles;
  }

  it('has a row for each place of this machine, with what speaks against it', async () => {
    await choose('');
    const detailOf = (name: string) => offered.find(({ label }) => label === name)?.detail;
    assert.ok(offered.some(({ label }) => label === 'Environment Variables'));
    assert.equal(detailOf('Environment Variables'), undefined);
    assert.match(detailOf('Web Identity from Environment Variables') ?? '', /AWS_ROLE_ARN/);
    assert.match(detailOf('Role of This Container') ?? '', /AWS_CONTAINER_CREDENTIALS_FULL_URI/);
    assert.match(detailOf('Role of This EC2 Instance') ?? '', /when you choose it/);
  });

  it('makes a place count for the folder, and no profile', async () => {
    const profiles = await choose('Environment Variables');
    const folder = workspaceFolder();
    assert.deepEqual(profiles.chosen(folder), { kind: 'place', place: 'environment' });
    const settings = profiles.settings(folder);
    assert.deepEqual([settings['profile'], settings['place']], ['', 'environment']);
  });
});
