import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import {
  commands,
  ConfigurationTarget,
  CustomExecution,
  EventEmitter,
  Task,
  tasks,
  TaskScope,
  window,
  workspace,
  type Pseudoterminal,
} from 'vscode';

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
    // The event of the later change has come, and none of the earlier one; the look that comes each
    // minute may have found that already.
    await commands.executeCommand('s3Backup.files.focus');
    await untilState(api, state => filesIn(state, 'out-of-date') === 1);
    assert.equal(filesIn(api.state, 'missing-in-cloud'), 1);
  });

  it('are found when a task has ended, new files too', async () => {
    await commands.executeCommand('workbench.view.explorer');
    const missing = filesIn(api.state, 'missing-in-cloud');
    await tasks.executeTask(taskThat(() => writeFile(uriOf('unwatched/new.txt').fsPath, 'new')));
    await untilState(api, state => filesIn(state, 'missing-in-cloud') === missing + 1);
    assert.equal(filesIn(api.state, 'out-of-date'), 1);
  });

  it('are found when a terminal has been closed', async () => {
    const missing = filesIn(api.state, 'missing-in-cloud');
    const terminal = window.createTerminal({ name: 'no shell', pty: noShell() });
    await writeFile(uriOf('unwatched/by a shell.txt').fsPath, 'new');
    terminal.show();
    terminal.dispose();
    await untilState(api, state => filesIn(state, 'missing-in-cloud') === missing + 1);
    assert.equal(filesIn(api.state, 'out-of-date'), 1);
  });
});

/** A terminal without a process. */
function noShell(): Pseudoterminal {
  return {
    onDidWrite: new EventEmitter<string>().event,
    open: () => undefined,
    close: () => undefined,
  };
}

function taskThat(work: () => Promise<void>): Task {
  const ended = new EventEmitter<number>();
  const terminal = {
    ...noShell(),
    onDidClose: ended.event,
    open() {
      void work().then(() => {
        ended.fire(0);
      });
    },
  };
  const execution = new CustomExecution(() => Promise.resolve(terminal));
  return new Task({ type: 'test' }, TaskScope.Workspace, 'build', 'test', execution);
}

async function excludeFromWatching(patterns: Readonly<Record<string, true>> | undefined) {
  await workspace
    .getConfiguration('files')
    .update('watcherExclude', patterns, ConfigurationTarget.Global);
}
