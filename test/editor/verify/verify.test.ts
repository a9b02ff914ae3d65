import assert from 'node:assert/strict';
import { rm, utimes, writeFile } from 'node:fs/promises';
import { commands, window } from 'vscode';

import type { GroupNode } from '../../../src/editor/view/treeNode';
import type { S3Backup } from '../../../src/extension';
import type { Group } from '../../../src/protocol/verdicts';
import { answerWith, type Answers } from '../../support/vscode/answers';
import { takeFirstOfLists } from '../../support/vscode/lists';
import { listenTo, type ShownMessages } from '../../support/vscode/messages';
import {
  activateWithTarget,
  filesIn,
  onlyComparison,
  putObject,
  putUncomparableObject,
  removeObject,
  setUserSetting,
  uriOf,
  workspaceFolder,
} from '../../support/vscode/extensionUnderTest';

describe('Verify and Forget', () => {
  let api: S3Backup;
  let prefix: string;
  let run = 0;
  let answers: Answers;
  let told: ShownMessages;

  beforeEach(async () => {
    run += 1;
    prefix = `verify-${String(run)}/`;
    answers = answerWith('Read Cloud Copies', 'Forget', 'Back Up');
    told = listenTo('showInformationMessage');
    api = await activateWithTarget(prefix);
    await setUserSetting('compare.rule', 'time');
  });
  afterEach(async () => {
    answers.restore();
    told.restore();
    for (const path of ['a.txt', 'b.txt']) await rm(uriOf(path).fsPath, { force: true });
  });
  after(async () => {
    for (const name of ['bucket', 'prefix', 'compare.rule']) await setUserSetting(name, undefined);
  });

  function group(name: Group): GroupNode {
    const folder = workspaceFolder().uri.toString();
    return { kind: 'group', folder, group: name, parent: undefined };
  }

  /** A file that was changed long before its copy was stored. */
  async function write(path: string, content: string): Promise<void> {
    await writeFile(uriOf(path).fsPath, content);
    const time = Date.now() / 1000 - 86_400;
    await utimes(uriOf(path).fsPath, time, time);
  }

  it('proves a group, and says so in numbers', async () => {
    await write('a.txt', 'one');
    await write('b.txt', 'red');
    await putObject(`${prefix}a.txt`, 'one');
    await putObject(`${prefix}b.txt`, 'one');
    await api.compare();
    assert.equal(filesIn(api.state, 'up-to-date'), 2);
    assert.equal(onlyComparison(api.state).proved, 0);
    const warned = listenTo('showWarningMessage');
    await commands.executeCommand('s3Backup.verify', group('up-to-date'), [group('up-to-date')]);
    warned.restore();
    assert.deepEqual(warned.texts, ['2 files verified: 1 proved, 1 different.']);
    assert.equal(onlyComparison(api.state).proved, 1);
    assert.equal(filesIn(api.state, 'changed-in-cloud'), 1);
    assert.deepEqual(answers.questions, []);
  });

  it('asks before it reads a copy that cannot be compared in another way', async () => {
    const parts = ['a'.repeat((5 << 20) + 1), 'b'];
    await write('a.txt', parts.join(''));
    await putUncomparableObject(`${prefix}a.txt`, parts);
    await commands.executeCommand('s3Backup.verify', uriOf('a.txt'), [uriOf('a.txt')]);
    const [question, ...others] = answers.questions;
    assert.deepEqual(others, []);
    assert.match(question?.text ?? '', /1 file .* \(5 MB\)/);
    assert.deepEqual(told.texts, ['1 file verified: 1 proved.']);
  });

  it('takes the file of the editor, if that is chosen in the palette', async () => {
    await write('a.txt', 'one');
    await putObject(`${prefix}a.txt`, 'one');
    await commands.executeCommand('workbench.view.explorer');
    await window.showTextDocument(uriOf('a.txt'));
    const lists = takeFirstOfLists();
    await commands.executeCommand('s3Backup.verify');
    lists.restore();
    await commands.executeCommand('workbench.action.closeAllEditors');
    assert.deepEqual(told.texts, ['1 file verified: 1 proved.']);
  });

  it('forgets what is lost, once that is agreed to', async () => {
    await write('a.txt', 'one');
    await api.compare();
    await api.backUp([uriOf('a.txt').fsPath]);
    await removeObject(`${prefix}a.txt`);
    await rm(uriOf('a.txt').fsPath);
    await api.compare();
    assert.equal(filesIn(api.state, 'lost'), 1);
    answers.restore();
    answers = answerWith('no such button');
    await commands.executeCommand('s3Backup.forget', group('lost'), [group('lost')]);
    assert.equal(filesIn(api.state, 'lost'), 1);
    assert.equal(answers.questions[0]?.text, 'Forget 1 file?');
    answers.restore();
    answers = answerWith('Forget');
    await commands.executeCommand('s3Backup.forget', group('lost'), [group('lost')]);
    assert.equal(filesIn(api.state, 'lost'), 0);
    await api.compare();
    assert.equal(filesIn(api.state, 'lost'), 0);
  });
});
