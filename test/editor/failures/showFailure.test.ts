import assert from 'node:assert/strict';
import { commands } from 'vscode';

import { viewId } from '../../../src/editor/contributions/manifest';
import type { S3Backup } from '../../../src/extension';
import { activateWithTarget, setUserSetting } from '../../support/vscode/extensionUnderTest';
import { listenTo, type ShownMessages } from '../../support/vscode/messages';

describe('A failure', () => {
  let api: S3Backup;
  let errors: ShownMessages;
  let warnings: ShownMessages;

  beforeEach(async () => {
    api = await activateWithTarget('failures/');
    errors = listenTo('showErrorMessage');
    warnings = listenTo('showWarningMessage');
  });
  afterEach(() => {
    errors.restore();
    warnings.restore();
  });
  after(async () => {
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
  });

  it('that the view shows leaves no error behind that outlives it', async () => {
    await setUserSetting('bucket', 'nobody-has-made-it');
    // A comparison brings the view forward, too, but may fail before that is done.
    await commands.executeCommand(`${viewId}.focus`);
    await commands.executeCommand('s3Backup.compare');
    assert.equal(
      api.state.kind === 'failed' && api.state.failures[0]?.failure.code,
      'no-such-bucket',
    );
    assert.deepEqual([errors.texts.length, warnings.texts.length], [0, 1]);
    assert.ok(warnings.buttons[0]?.length, 'It offers what can be done.');
  });

  it('that the view does not show is an error', async () => {
    await setUserSetting('bucket', 5);
    await commands.executeCommand('s3Backup.compare');
    assert.deepEqual([errors.texts.length, warnings.texts.length], [1, 0]);
  });
});
