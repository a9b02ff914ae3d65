import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { commands, env, Range, window, workspace, WorkspaceEdit, type Uri } from 'vscode';

import type { S3Backup } from '../../../src/extension';
import { suitePlaces } from '../../support/vscode/suitePlaces';
import { untilNotRacy } from '../../support/disk/untilNotRacy';
import { eventually } from '../../support/suite/eventually';
import { answerWith, type Answers } from '../../support/vscode/answers';
import { fileNode } from '../../support/vscode/cloudRows';
import { filesIn, putObject, untilState, uriOf } from '../../support/vscode/extensionUnderTest';
import { listenTo } from '../../support/vscode/messages';

describe('Freeing local space', () => {
  const places = suitePlaces('free-up');
  let api: S3Backup;
  let answers: Answers | undefined;

  beforeEach(async () => {
    for (const path of ['free/a.txt', 'free/b.txt']) {
      const file = uriOf(path).fsPath;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, path);
    }
    api = await places.next();
    await api.backUp([uriOf('free').fsPath]);
  });
  afterEach(async () => {
    answers?.restore();
    await commands.executeCommand('workbench.action.files.revert');
    await commands.executeCommand('workbench.action.closeAllEditors');
    await rm(uriOf('free').fsPath, { recursive: true, force: true });
  });
  const isThere = (path: string) => existsSync(uriOf(path).fsPath);

  async function free(uri: Uri): Promise<void> {
    await commands.executeCommand('s3Backup.freeUpSpace', uri, [uri]);
  }

  it('removes what was chosen in the Explorer, once it is confirmed', async () => {
    answers = answerWith('Delete Permanently');
    await free(uriOf('free'));
    assert.ok(!isThere('free/a.txt') && !isThere('free/b.txt') && isThere('free'));
    assert.equal(answers.questions.length, 1);
    assert.equal((await places.cloud.keys(places.prefix)).length, 2);
  });

  for (const [what, button] of [
    ['dismissed', []],
    ['answered by its first button', ['Keep Files']],
  ] as const) {
    it(`does nothing where the question is ${what}`, async () => {
      answers = answerWith(...button);
      await free(uriOf('free'));
      assert.equal(answers.questions.length, 1);
      assert.ok(isThere('free/a.txt') && isThere('free/b.txt'));
    });
  }

  it('offers the trash only where there is one', async () => {
    answers = answerWith();
    await free(uriOf('free/a.txt'));
    const trash = env.remoteName === undefined ? ['Move to Trash'] : [];
    const buttons = ['Keep Files', ...trash, 'Delete Permanently'];
    assert.deepEqual(answers.questions[0]?.buttons, buttons, 'Enter presses the first one.');
  });

  it('keeps a file with unsaved changes, and frees the others', async () => {
    const document = await workspace.openTextDocument(uriOf('free/a.txt'));
    await window.showTextDocument(document, { preview: false });
    const edit = new WorkspaceEdit();
    edit.replace(document.uri, new Range(0, 0, 0, 0), 'typed ');
    await workspace.applyEdit(edit);
    answers = answerWith('Delete Permanently');
    await free(uriOf('free'));
    assert.ok(isThere('free/a.txt') && !isThere('free/b.txt'));
    assert.ok(document.isDirty);
  });

  it('keeps a file whose cloud copy was changed meanwhile, and says so', async () => {
    await api.compare();
    await putObject(`${places.prefix}free/a.txt`, 'somebody else’s');
    answers = answerWith('Delete Permanently');
    const failures = listenTo('showErrorMessage');
    // As the comparison has it; files of the Explorer are compared anew.
    const row = fileNode('up-to-date', 'free/a.txt');
    await commands.executeCommand('s3Backup.freeUpSpace', row, [row]);
    failures.restore();
    assert.match(failures.texts.join(), /is not the one that was proved/);
    assert.ok(isThere('free/a.txt'));
    await untilState(api, state => filesIn(state, 'changed-in-cloud') === 1);
  });

  it('lets a file go that comes back with other permissions, once that is confirmed, too', async function () {
    if (process.platform === 'win32') this.skip();
    await chmod(uriOf('free/a.txt').fsPath, 0o600);
    await untilNotRacy();
    await api.compare();
    const offered = listenTo('showWarningMessage', 'Free Them Anyway…');
    answers = answerWith('Delete Permanently');
    await free(uriOf('free/a.txt'));
    await eventually(() => {
      assert.ok(!isThere('free/a.txt'));
    });
    offered.restore();
    const [first, second] = answers.questions.map(({ detail }) => detail.includes('permissions'));
    assert.deepEqual([first, second], [false, true]);
  });

  it('has each file that takes the name of a freed one asked about, whatever was agreed to', async () => {
    answers = answerWith('Delete Permanently', 'Back Up');
    // A copy that this computer never wrote: for single files, one agreement counts for the folder.
    await putObject(`${places.prefix}free/theirs.txt`, 'theirs');
    await writeFile(uriOf('free/theirs.txt').fsPath, 'mine, and longer');
    await backUpOne('free/theirs.txt');
    await free(uriOf('free'));
    for (const name of ['a.txt', 'b.txt']) {
      await writeFile(uriOf(`free/${name}`).fsPath, 'an unrelated file');
    }
    const before = answers.questions.length;
    await backUpOne('free/a.txt');
    await backUpOne('free/b.txt');
    assert.equal(answers.questions.length, before + 2);
    answers.restore();
    answers = answerWith();
    await writeFile(uriOf('free/theirs.txt').fsPath, 'mine anew');
    await backUpOne('free/theirs.txt');
    assert.equal(answers.questions.length, 1);
    assert.equal(
      (await places.cloud.read(`${places.prefix}free/theirs.txt`)).toString(),
      'mine, and longer',
    );
  });

  async function backUpOne(path: string): Promise<void> {
    await commands.executeCommand('s3Backup.backUpResource', uriOf(path), [uriOf(path)]);
  }

  it('says why nothing of what was chosen can go', async () => {
    await writeFile(uriOf('free/.gitignore').fsPath, '*.tmp\n');
    await api.backUp([uriOf('free').fsPath]);
    answers = answerWith();
    const told = listenTo('showInformationMessage');
    await free(uriOf('free/.gitignore'));
    told.restore();
    assert.match(told.texts.join(), /Nothing here can be freed.*1 file/);
    assert.equal(answers.questions.length, 0);
  });
});
