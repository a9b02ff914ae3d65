import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { commands, Range, window, workspace, WorkspaceEdit } from 'vscode';

import type { S3Backup } from '../../../src/extension';
import { suitePlaces } from '../../support/vscode/suitePlaces';
import { eventually } from '../../support/suite/eventually';
import { answerWith, type Answers } from '../../support/vscode/answers';
import { fileNode } from '../../support/vscode/cloudRows';
import { listenTo } from '../../support/vscode/messages';
import { filesIn, putObject, untilState, uriOf } from '../../support/vscode/extensionUnderTest';

/** The questions that a batch asks before it begins. */
describe('Before a batch', () => {
  const places = suitePlaces('decisions');
  let api: S3Backup;
  let answers: Answers | undefined;

  beforeEach(async () => {
    await write('decide/a.txt', 'a');
    await write('decide/b.txt', 'b');
    await write('beside.txt', 'beside');
    api = await places.next();
  });
  afterEach(async () => {
    answers?.restore();
    await commands.executeCommand('workbench.action.files.revert');
    await commands.executeCommand('workbench.action.closeAllEditors');
    await rm(uriOf('decide').fsPath, { recursive: true, force: true });
    await rm(uriOf('beside.txt').fsPath, { force: true });
  });
  async function write(path: string, content: string): Promise<void> {
    const file = uriOf(path).fsPath;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }

  async function inCloud(path: string): Promise<string | undefined> {
    const key = `${places.prefix}${path}`;
    if (!(await places.cloud.keys(places.prefix)).includes(key)) return undefined;
    return (await places.cloud.read(key)).toString();
  }

  /** Types a word at the beginning of a file, and does not save. */
  async function type(path: string): Promise<void> {
    const document = await workspace.openTextDocument(uriOf(path));
    await window.showTextDocument(document, { preview: false });
    // VS Code may still know the file of the test before, with what was typed into it, and would
    // refuse to save over this one.
    await eventually(async () => {
      await commands.executeCommand('workbench.action.files.revert');
      assert.equal(document.getText(), await readFile(document.uri.fsPath, 'utf8'));
      assert.ok(!document.isDirty);
    });
    const edit = new WorkspaceEdit();
    edit.replace(document.uri, new Range(0, 0, 0, 0), 'typed ');
    await workspace.applyEdit(edit);
    assert.ok(document.isDirty);
  }

  function isUnsaved(path: string): boolean {
    const uri = uriOf(path).toString();
    return workspace.textDocuments.some(({ uri: of, isDirty }) => isDirty && of.toString() === uri);
  }

  function backUpFolder() {
    return api.backUp([uriOf('decide').fsPath]);
  }

  function asked(): readonly string[] {
    return answers?.questions.map(({ text }) => text) ?? [];
  }

  describe('with a file that has unsaved changes', () => {
    it('saves it where that is wanted, and asks once for all of them', async () => {
      answers = answerWith('Save and Back Up');
      await type('decide/a.txt');
      await type('decide/b.txt');
      const report = await backUpFolder();
      assert.deepEqual([report?.done, report?.problems], [2, []]);
      assert.equal(asked().length, 1);
      assert.equal(await inCloud('decide/a.txt'), 'typed a');
      assert.equal(await inCloud('decide/b.txt'), 'typed b');
      assert.equal(isUnsaved('decide/a.txt'), false);
    });

    it('leaves it out where that is wanted, and says so in the report', async () => {
      answers = answerWith('Skip It');
      await type('decide/a.txt');
      const report = await backUpFolder();
      assert.deepEqual([report?.done, report?.skipped], [1, 1]);
      assert.deepEqual(report?.reasons, { unsaved: 1 });
      assert.equal(await inCloud('decide/a.txt'), undefined);
      assert.equal(await inCloud('decide/b.txt'), 'b');
      assert.ok(isUnsaved('decide/a.txt'));
    });

    it('sends nothing at all where the question is dismissed', async () => {
      answers = answerWith('no such button');
      await type('decide/a.txt');
      assert.equal(await backUpFolder(), undefined);
      assert.equal(await inCloud('decide/b.txt'), undefined);
      assert.ok(isUnsaved('decide/a.txt'));
    });

    it('asks of a single file only whether to save it', async () => {
      answers = answerWith('Save and Back Up');
      await type('decide/a.txt');
      await api.backUp([uriOf('decide/a.txt').fsPath]);
      assert.deepEqual(answers.questions[0]?.buttons, ['Save and Back Up']);
      assert.equal(await inCloud('decide/a.txt'), 'typed a');
    });

    const ways = {
      'the file': () => api.backUp([uriOf('decide/a.txt').fsPath]),
      'its folder': () => backUpFolder(),
      everything: () => api.backUp(),
    };
    for (const [what, backUp] of Object.entries(ways)) {
      it(`asks about it where it is up to date on the disk, too, and ${what} is meant`, async () => {
        answers = answerWith('Back Up');
        await api.backUp();
        answers.restore();
        answers = answerWith('Save and Back Up');
        await type('decide/a.txt');
        const report = await backUp();
        assert.deepEqual([report?.planned, report?.done], [1, 1]);
        assert.match(asked()[0] ?? '', /decide\/a\.txt.* has unsaved changes/);
        assert.equal(await inCloud('decide/a.txt'), 'typed a');
      });
    }

    for (const [what, backUp, buttons] of [
      ['the file', () => api.backUp([uriOf('decide/a.txt').fsPath]), ['Save and Back Up']],
      ['its folder', () => backUpFolder(), ['Save and Back Up', 'Don’t Save']],
    ] as const) {
      it(`asks the same before any comparison of the window, where ${what} is chosen`, async () => {
        await backUpFolder();
        assert.deepEqual(api.state.comparisons, []);
        answers = answerWith('Save and Back Up');
        await type('decide/a.txt');
        const report = await backUp();
        assert.deepEqual([report?.planned, report?.done], [1, 1]);
        assert.match(asked()[0] ?? '', /decide\/a\.txt.* has unsaved changes/);
        assert.deepEqual(answers.questions[0]?.buttons, buttons);
        assert.equal(await inCloud('decide/a.txt'), 'typed a');
      });
    }

    it('asks nothing where the file is not one of the batch', async () => {
      answers = answerWith('Skip It');
      await type('beside.txt');
      const report = await backUpFolder();
      assert.equal(report?.done, 2);
      assert.deepEqual(asked(), []);
      assert.ok(isUnsaved('beside.txt'));
    });
  });

  describe('with a file that is empty here and not in the cloud', () => {
    beforeEach(async () => {
      await putObject(`${places.prefix}decide/a.txt`, 'held something');
      await write('decide/a.txt', '');
    });

    for (const [button, held] of [
      ['Skip It', 'held something'],
      ['Replace It', ''],
    ] as const) {
      it(`does what is said: ${button}`, async () => {
        // The other question of the two: whose copy it is.
        answers = answerWith(button, 'Back Up');
        const report = await backUpFolder();
        assert.equal(report?.planned, 2);
        assert.equal(report.skipped, button === 'Skip It' ? 1 : 0);
        assert.equal(await inCloud('decide/a.txt'), held);
        assert.equal(await inCloud('decide/b.txt'), 'b');
        const question = answers.questions.find(({ buttons }) => buttons.includes(button));
        // Enter takes the first one.
        assert.deepEqual(question?.buttons, ['Skip It', 'Replace It']);
      });
    }

    it('offers a single file no skipping: that is to dismiss the question', async () => {
      answers = answerWith('Back Up');
      assert.equal(await api.backUp([uriOf('decide/a.txt').fsPath]), undefined);
      assert.deepEqual(answers.questions.at(-1)?.buttons, ['Keep Copies', 'Replace It']);
      assert.equal(await inCloud('decide/a.txt'), 'held something');
    });
  });

  describe('with files that were changed in the cloud', () => {
    beforeEach(async () => {
      await backUpFolder();
      await putObject(`${places.prefix}decide/a.txt`, 'theirs a');
      await putObject(`${places.prefix}decide/b.txt`, 'theirs b');
      await api.compare();
      assert.equal(filesIn(api.state, 'changed-in-cloud'), 2);
    });

    function resolve(...args: readonly unknown[]): Thenable<unknown> {
      return commands.executeCommand('s3Backup.resolve', ...args);
    }

    const inBoth = async () => [await inCloud('decide/a.txt'), await inCloud('decide/b.txt')];

    it('leaves them alone, and offers to resolve them', async () => {
      answers = answerWith('Back Up');
      const shown = listenTo('showInformationMessage');
      const report = await api.backUp();
      assert.ok(report && report.planned === report.done);
      assert.match(shown.texts.at(-1) ?? '', /2 files were left alone/);
      assert.ok(shown.buttons.at(-1)?.includes('Resolve…'));
      // Now there is nothing else.
      assert.equal(await api.backUp(), undefined);
      assert.match(shown.texts.at(-1) ?? '', /2 files changed in the cloud/);
      assert.ok(shown.buttons.at(-1)?.includes('Resolve…'));
      shown.restore();
      assert.deepEqual(await inBoth(), ['theirs a', 'theirs b']);
    });

    it('takes one decision for all of them', async () => {
      answers = answerWith('Upload Mine');
      await resolve();
      assert.equal(answers.questions.length, 1);
      assert.match(answers.questions[0]?.detail ?? '', /• decide\/a\.txt\n• decide\/b\.txt\n/);
      assert.deepEqual(await inBoth(), ['a', 'b']);
    });

    it('asks about each where that is wanted, and does nothing before the last', async () => {
      answers = answerWith('One by One…', 'Leave');
      await resolve();
      assert.equal(answers.questions.length, 3);
      assert.match(answers.questions[1]?.detail ?? '', /Here: 1 byte, .*\nIn the cloud: 8 bytes/);
      answers.restore();
      // Dismissed at the first of the two.
      answers = answerWith('One by One…');
      await resolve();
      assert.equal(answers.questions.length, 2);
      assert.deepEqual(await inBoth(), ['theirs a', 'theirs b']);
    });

    it('decides about a single file from the Explorer, and about that file only', async () => {
      answers = answerWith('Upload Mine');
      await resolve(uriOf('decide/a.txt'), [uriOf('decide/a.txt')]);
      const buttons = ['Restore Cloud’s…', 'Upload Mine', 'Leave'];
      assert.deepEqual(answers.questions[0]?.buttons, buttons);
      assert.deepEqual(await inBoth(), ['a', 'theirs b']);
    });

    it('decides about a single file from its row', async () => {
      answers = answerWith('Upload Mine');
      const row = fileNode('changed-in-cloud', 'decide/b.txt');
      await resolve(row, [row]);
      assert.match(answers.questions[0]?.text ?? '', /b\.txt.* was changed in the cloud/);
      assert.deepEqual(await inBoth(), ['theirs a', 'b']);
    });

    it('restores what is in the cloud, once more asking about what is here', async () => {
      answers = answerWith('Restore Cloud’s…', 'Replace');
      await resolve();
      assert.equal(answers.questions.length, 2);
      const here = await readFile(uriOf('decide/a.txt').fsPath, 'utf8');
      assert.equal(here, 'theirs a');
      assert.deepEqual(await inBoth(), ['theirs a', 'theirs b']);
    });

    it('are conflicts no more where both are kept', async () => {
      answers = answerWith('Restore Cloud’s…', 'Keep Both');
      await resolve();
      await untilState(api, state => filesIn(state, 'changed-in-cloud') === 0);
      assert.equal(filesIn(api.state, 'out-of-date'), 2);
      const here = await readFile(uriOf('decide/a.txt').fsPath, 'utf8');
      assert.equal(here, 'a');
      assert.deepEqual(await inBoth(), ['theirs a', 'theirs b']);
    });

    it('leaves them as they are where that is the decision', async () => {
      answers = answerWith('Leave');
      await resolve();
      assert.deepEqual(await inBoth(), ['theirs a', 'theirs b']);
      assert.equal(filesIn(api.state, 'changed-in-cloud'), 2);
    });
  });
});
