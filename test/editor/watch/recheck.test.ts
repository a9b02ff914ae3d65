import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { commands, ConfigurationTarget, workspace } from 'vscode';

import type { S3Backup } from '../../../src/extension';
import { noWatcherReason } from '../../support/suite/testEnvironment';
import { answerWith } from '../../support/vscode/answers';
import {
  activateWithTarget,
  filesIn,
  setUserSetting,
  untilState,
  uriOf,
} from '../../support/vscode/extensionUnderTest';

describe('Changes that no event tells of', () => {
  let api: S3Backup;

  before(async function () {
    if (noWatcherReason() !== undefined) this.skip();
    await excludeFromWatching({ '**/unwatched/**': true });
    await mkdir(uriOf('unwatched').fsPath);
    await writeFile(uriOf('unwatched/quiet.txt').fsPath, 'before');
    api = await activateWithTarget('recheck/');
    await commands.executeCommand('workbench.view.explorer');
    const answers = answerWith('Back Up');
    await api.backUp();
    answers.restore();
    await untilState(api, state => filesIn(state, 'missing-in-cloud') === 0);
  });
  after(async () => {
    await excludeFromWatching(undefined);
    for (const path of ['unwatched', 'seen.txt']) {
      await rm(uriOf(path).fsPath, { recursive: true, force: true });
    }
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
  });

  it('are found when the view is shown again', async () => {
    await writeFile(uriOf('unwatched/quiet.txt').fsPath, 'after');
    await writeFile(uriOf('seen.txt').fsPath, 'seen');
    await untilState(api, state => filesIn(state, 'missing-in-cloud') === 1);
    // The event of the later change has come, and none of the earlier one.
    assert.equal(filesIn(api.state, 'out-of-date'), 0);
    await commands.executeCommand('s3Backup.files.focus');
    await untilState(api, state => filesIn(state, 'out-of-date') === 1);
  });
});

async function excludeFromWatching(patterns: Readonly<Record<string, true>> | undefined) {
  await workspace
    .getConfiguration('files')
    .update('watcherExclude', patterns, ConfigurationTarget.Global);
}
