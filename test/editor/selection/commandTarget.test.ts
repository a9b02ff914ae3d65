import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { commands, env, Uri, window } from 'vscode';

import type { S3Backup } from '../../../src/extension';
import { testVariable } from '../../support/suite/testEnvironment';
import { answerWith, type Answers } from '../../support/vscode/answers';
import { fileNode, groupNode } from '../../support/vscode/cloudRows';
import {
  activateWithTarget,
  extension,
  onlyComparison,
  putObject,
  setUserSetting,
  uriOf,
} from '../../support/vscode/extensionUnderTest';
import { takeFirstOfLists, type ShownLists } from '../../support/vscode/lists';
import { listenTo, type ShownMessages } from '../../support/vscode/messages';
import { closeAllTabs } from '../../support/vscode/tabs';

describe('What a command works on', () => {
  const prefix = 'meant/';
  let api: S3Backup;
  let answers: Answers;
  let told: ShownMessages;
  let lists: ShownLists;

  before(async () => {
    api = await activateWithTarget(prefix);
    await writeFile(uriOf('here.txt').fsPath, 'here');
    await putObject(`${prefix}far/one.txt`, 'one');
    await putObject(`${prefix}far/two.txt`, 'two');
  });
  after(async () => {
    await rm(uriOf('here.txt').fsPath, { force: true });
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
  });
  beforeEach(async () => {
    await closeAllTabs();
    await api.compare();
    answers = answerWith();
    told = listenTo('showInformationMessage');
    lists = takeFirstOfLists();
  });
  afterEach(async () => {
    answers.restore();
    told.restore();
    lists.restore();
    await closeAllTabs();
  });

  for (const id of commandsOfRows()) {
    it(`is nothing for a row that has gone: ${id}`, async () => {
      // With a file in front, which is not what the user has pointed at.
      await window.showTextDocument(uriOf('here.txt'));
      const { comparedAt } = onlyComparison(api.state);
      for (const args of [
        [undefined, undefined],
        [null, [null]],
        [{}, []],
        [undefined, [groupNode('only-in-cloud')]],
      ]) {
        const before = told.texts.length;
        await commands.executeCommand(id, ...args);
        assert.equal(told.texts.length, before + 1);
      }
      assert.deepEqual(lists.rows, []);
      assert.deepEqual(answers.questions, []);
      assert.equal(onlyComparison(api.state).comparedAt, comparedAt);
    });
  }

  const asking = [
    's3Backup.restore',
    's3Backup.freeUpSpace',
    's3Backup.verify',
    's3Backup.resolve',
  ];
  for (const id of asking) {
    it(`is asked for in the view’s title, whatever row has the focus: ${id}`, async () => {
      await window.showTextDocument(uriOf('here.txt'));
      await commands.executeCommand(id, groupNode('only-in-cloud'));
      assert.equal(lists.rows[0]?.[0], 'here.txt');
    });

    it(`is asked for in the palette, the file in the editor first: ${id}`, async () => {
      await window.showTextDocument(uriOf('here.txt'));
      await commands.executeCommand(id);
      assert.equal(lists.rows.length, 1);
      assert.equal(lists.rows[0]?.[0], 'here.txt');
      assert.equal(lists.rows[0].length, 2);
      // The file is missing in the cloud, so there is nothing to ask about, and nothing else is.
      assert.deepEqual(answers.questions, []);
    });
  }

  it('is everything only if no file is in front', async () => {
    await commands.executeCommand('s3Backup.restore');
    assert.deepEqual(lists.rows, []);
    assert.match(answers.questions[0]?.text ?? '', /^Restore 2 files/);
  });

  it('is the row of a menu, and not the file in the editor', async () => {
    await window.showTextDocument(uriOf('here.txt'));
    const node = fileNode('only-in-cloud', 'far/one.txt');
    await env.clipboard.writeText('');
    await commands.executeCommand('s3Backup.copyS3Uri', node, [node]);
    assert.equal(
      await env.clipboard.readText(),
      `s3://${testVariable('embeddedBucket')}/${prefix}far/one.txt`,
    );
  });

  it('is all folders for a button of the view’s title, whatever row has the focus', async () => {
    const elsewhere = { ...groupNode('only-in-cloud'), folder: Uri.file('/elsewhere').toString() };
    const { comparedAt } = onlyComparison(api.state);
    await commands.executeCommand('s3Backup.compare', elsewhere);
    assert.ok(onlyComparison(api.state).comparedAt > comparedAt);
  });
});

/** The commands that the menus of rows have. */
function commandsOfRows(): readonly string[] {
  const { contributes } = extension().packageJSON as {
    readonly contributes: {
      readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    };
  };
  const items = contributes.menus['view/item/context'] ?? [];
  return [...new Set(items.map(({ command }) => command))];
}
