import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { commands, window, workspace, WorkspaceEdit, Position } from 'vscode';

import type { S3Backup } from '../../../src/extension';
import { suitePlaces } from '../../support/vscode/suitePlaces';
import { answerWith, type Answers } from '../../support/vscode/answers';
import { fileNode, groupNode, subfolderNode } from '../../support/vscode/cloudRows';
import { listenTo } from '../../support/vscode/messages';
import { filesIn, putObject, untilState, uriOf } from '../../support/vscode/extensionUnderTest';
import { eventually } from '../../support/suite/eventually';

describe('Restore from Cloud', () => {
  const places = suitePlaces('restores');
  let api: S3Backup;
  let answers: Answers;

  beforeEach(async () => {
    answers = answerWith('Restore');
    api = await places.next();
    for (const path of ['a.txt', 'set/b.txt', 'set/deep/c.txt']) {
      await putObject(places.prefix + path, `cloud ${path}`);
    }
    await api.compare();
  });
  afterEach(async () => {
    answers.restore();
    await commands.executeCommand('workbench.action.closeAllEditors');
    await rm(uriOf('a.txt').fsPath, { force: true });
    await rm(uriOf('set').fsPath, { recursive: true, force: true });
  });
  function answer(...titles: readonly string[]): void {
    answers.restore();
    answers = answerWith(...titles);
  }

  async function write(path: string, content: string): Promise<void> {
    const { fsPath } = uriOf(path);
    await mkdir(dirname(fsPath), { recursive: true });
    await writeFile(fsPath, content);
  }

  /** Which of the three files are here as the cloud has them. */
  async function restored(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const path of ['a.txt', 'set/b.txt', 'set/deep/c.txt']) {
      const content = await readFile(uriOf(path).fsPath, 'utf8').catch(() => undefined);
      if (content === `cloud ${path}`) found.push(path);
    }
    return found;
  }

  const onlyInCloud = { cloud: { size: 1, modifiedAtMs: 0 } };
  const forms: Readonly<
    Record<
      string,
      readonly [() => Promise<readonly unknown[]> | readonly unknown[], readonly string[]]
    >
  > = {
    'a row': [() => [fileNode('only-in-cloud', 'a.txt', onlyInCloud), undefined], ['a.txt']],
    'a row and all selected rows': [
      () => {
        const row = fileNode('only-in-cloud', 'a.txt', onlyInCloud);
        return [row, [row, subfolderNode('only-in-cloud', 'set')]];
      },
      ['a.txt', 'set/b.txt', 'set/deep/c.txt'],
    ],
    'a folder of a group': [
      () => [subfolderNode('only-in-cloud', 'set'), undefined],
      ['set/b.txt', 'set/deep/c.txt'],
    ],
    'a group': [
      () => [groupNode('only-in-cloud'), [groupNode('only-in-cloud')]],
      ['a.txt', 'set/b.txt', 'set/deep/c.txt'],
    ],
    'a folder of the Explorer': [
      async () => {
        await mkdir(uriOf('set').fsPath);
        return [uriOf('set'), [uriOf('set')]];
      },
      ['set/b.txt', 'set/deep/c.txt'],
    ],
    'nothing, and means everything': [() => [], ['a.txt', 'set/b.txt', 'set/deep/c.txt']],
  };
  for (const [form, [args, expected]] of Object.entries(forms)) {
    it(`takes ${form}`, async () => {
      await commands.executeCommand('s3Backup.restore', ...(await args()));
      assert.deepEqual(await restored(), expected);
      // A single file that nothing is in the way of needs no question.
      assert.equal(answers.questions.length, expected.length === 1 ? 0 : 1);
    });
  }

  it('moves rows to those that are up to date', async () => {
    const before = filesIn(api.state, 'up-to-date');
    await commands.executeCommand('s3Backup.restore', groupNode('only-in-cloud'), undefined);
    await untilState(api, state => filesIn(state, 'up-to-date') === before + 3);
    assert.equal(filesIn(api.state, 'only-in-cloud'), 0);
  });

  it('fills an emptied folder with everything, and says so', async () => {
    const told = listenTo('showInformationMessage');
    await commands.executeCommand('s3Backup.restore');
    told.restore();
    assert.match(answers.questions[0]?.text ?? '', /^Restore 3 files .* from s3:/);
    assert.match(told.texts.join(), /^3 files restored/);
    for (const key of await places.cloud.keys(places.prefix)) {
      const here = await readFile(uriOf(key.slice(places.prefix.length)).fsPath);
      assert.deepEqual(here, await places.cloud.read(key));
    }
    await untilState(api, state => filesIn(state, 'up-to-date') === 3);
  });

  it('brings a deleted file back by its row, which leaves its group', async () => {
    await commands.executeCommand('s3Backup.restore', groupNode('only-in-cloud'), undefined);
    await rm(uriOf('a.txt').fsPath);
    await api.compare();
    await untilState(api, state => filesIn(state, 'only-in-cloud') === 1);
    await commands.executeCommand(
      's3Backup.restore',
      fileNode('only-in-cloud', 'a.txt', onlyInCloud),
      undefined,
    );
    assert.deepEqual(await restored(), ['a.txt', 'set/b.txt', 'set/deep/c.txt']);
    await untilState(api, state => filesIn(state, 'only-in-cloud') === 0);
    // One question was about the group, and none about the file.
    assert.equal(answers.questions.length, 1);
  });

  it('fetches nothing where the plan is not agreed to', async () => {
    answer('no such button');
    await commands.executeCommand('s3Backup.restore', groupNode('only-in-cloud'), undefined);
    assert.equal(answers.questions.length, 1);
    assert.deepEqual(await restored(), []);
  });

  it('asks about local files that differ, and keeps both where that is chosen', async () => {
    await write('a.txt', 'mine');
    await api.compare();
    answer('Keep Both');
    await commands.executeCommand('s3Backup.restore');
    const [question] = answers.questions;
    assert.match(question?.text ?? '', /3 files/);
    assert.match(question?.detail ?? '', /• a\.txt/);
    assert.deepEqual(question?.buttons, ['Keep Both', 'Replace', 'Skip']);
    assert.deepEqual(await restored(), ['set/b.txt', 'set/deep/c.txt']);
    assert.equal(await readFile(uriOf('a.txt').fsPath, 'utf8'), 'mine');
    const [copy] = await namesWith('a (cloud ');
    assert.equal(await readFile(uriOf(copy ?? '').fsPath, 'utf8'), 'cloud a.txt');
    await rm(uriOf(copy ?? '').fsPath);
  });

  it('replaces what was chosen to be, and says in the report where it went', async () => {
    await write('a.txt', 'mine');
    await api.compare();
    answer('Replace');
    await commands.executeCommand('s3Backup.restore', uriOf('a.txt'));
    assert.deepEqual(await restored(), ['a.txt']);
    await commands.executeCommand('s3Backup.showReport');
    const text = window.activeTextEditor?.document.getText() ?? '';
    assert.match(text, /Restored: 1 file/);
    assert.match(text, /The file that was there is/);
    for (const name of await namesWith('a (kept ')) {
      assert.equal(await readFile(uriOf(name).fsPath, 'utf8'), 'mine');
      await rm(uriOf(name).fsPath);
    }
  });

  it('names in the report what was skipped, which is no warning', async () => {
    await write('a.txt', 'mine');
    await api.compare();
    answer('Skip');
    const told = listenTo('showInformationMessage');
    try {
      await commands.executeCommand('s3Backup.restore');
    } finally {
      told.restore();
    }
    assert.equal(told.texts.at(-1), '2 files restored, 1 skipped.');
    assert.deepEqual(await restored(), ['set/b.txt', 'set/deep/c.txt']);
    await commands.executeCommand('s3Backup.showReport');
    await eventually(() => {
      const text = window.activeTextEditor?.document.getText() ?? '';
      assert.match(text, /Skipped: 1 file\n\n {2}a\.txt .*\n {6}You skipped “a\.txt”/);
      assert.match(text, /Restored: 2 files/);
    });
  });

  it('leaves a file that is being edited', async () => {
    await write('a.txt', 'mine');
    await api.compare();
    const edit = new WorkspaceEdit();
    edit.insert(uriOf('a.txt'), new Position(0, 0), 'not saved: ');
    await window.showTextDocument(uriOf('a.txt'));
    await workspace.applyEdit(edit);
    answer('Replace');
    const rows = [groupNode('only-in-cloud'), groupNode('out-of-date')];
    await commands.executeCommand('s3Backup.restore', rows[0], rows);
    assert.equal(await readFile(uriOf('a.txt').fsPath, 'utf8'), 'mine');
    assert.deepEqual(await restored(), ['set/b.txt', 'set/deep/c.txt']);
    await commands.executeCommand('s3Backup.showReport');
    // VS Code tells extensions of the editor in front a moment after it is there.
    await eventually(() => {
      const text = window.activeTextEditor?.document.getText() ?? '';
      assert.match(text, /Skipped: 1 file\n\n {2}a\.txt/);
    });
    await window.showTextDocument(uriOf('a.txt'));
    await commands.executeCommand('workbench.action.files.revert');
  });

  async function namesWith(start: string): Promise<readonly string[]> {
    return (await readdir(uriOf('').fsPath)).filter(name => name.startsWith(start));
  }
});
