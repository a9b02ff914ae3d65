import assert from 'node:assert/strict';
import type { ConfigurationChangeEvent } from 'vscode';

import { concernsEngine } from '../../../src/editor/contributions/settings';
import { workspaceFolder } from '../../support/vscode/extensionUnderTest';

describe('A change of the settings', () => {
  const isHeeded = (changed: string): boolean => {
    const event: ConfigurationChangeEvent = {
      affectsConfiguration: section => changed.startsWith(section),
    };
    return concernsEngine(event, workspaceFolder().uri);
  };

  it('concerns the engine where it is about the way to the store, or about whose way that is', () => {
    for (const name of ['http.proxy', 'http.noProxy', 'http.useLocalProxyConfiguration']) {
      assert.ok(isHeeded(name), name);
    }
    assert.ok(!isHeeded('http.electronFetch'));
  });
});
