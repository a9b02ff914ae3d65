import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import {
  commands,
  EventEmitter,
  window,
  workspace,
  type CustomDocument,
  type CustomDocumentEditEvent,
  type Disposable,
} from 'vscode';

import type { S3Backup } from '../../../src/extension';
import { unsavedFiles } from '../../../src/editor/client/unsavedFiles';
import { UnsavedRows } from '../../../src/editor/view/unsavedRows';
import { rowItem } from '../../../src/editor/view/treeItem';
import { eventually } from '../../support/suite/eventually';
import { answerWith } from '../../support/vscode/answers';
import { fileNode } from '../../support/vscode/cloudRows';
import { setUserSetting, uriOf } from '../../support/vscode/extensionUnderTest';
import { suitePlaces } from '../../support/vscode/suitePlaces';
import { closeAllTabs } from '../../support/vscode/tabs';

/** The suite's own extension has it for files that end in `.s3test`. */
const viewType = 's3BackupTests.custom';

describe('A file in an editor of an extension’s own', () => {
  const places = suitePlaces('custom');
  const uri = uriOf('edited.s3test');
  const edits = new EventEmitter<CustomDocumentEditEvent>();
  let registered: Disposable;
  let api: S3Backup;
  let document: CustomDocument;
  let text = '';

  before(() => {
    registered = window.registerCustomEditorProvider(viewType, {
      onDidChangeCustomDocument: edits.event,
      openCustomDocument: opened => {
        text = readFileSync(opened.fsPath, 'utf8');
        return (document = { uri: opened, dispose: () => undefined });
      },
      saveCustomDocument: ({ uri: { fsPath } }) => writeFile(fsPath, text),
      saveCustomDocumentAs: (_, { fsPath }) => writeFile(fsPath, text),
      revertCustomDocument: ({ uri: { fsPath } }) => {
        text = readFileSync(fsPath, 'utf8');
        return Promise.resolve();
      },
      backupCustomDocument: (_, { destination }) =>
        Promise.resolve({ id: destination.fsPath, delete: () => undefined }),
      resolveCustomEditor: (_, { webview }) => {
        webview.html = '<p>Edited by the test.</p>';
      },
    });
  });
  after(() => {
    registered.dispose();
    edits.dispose();
  });

  beforeEach(async () => {
    await closeAllTabs();
    await writeFile(uri.fsPath, 'first');
    api = await places.next();
    await commands.executeCommand('vscode.openWith', uri, viewType);
  });
  afterEach(async () => {
    await setUserSetting('backUpOnSave', undefined);
    await commands.executeCommand('workbench.action.files.revert');
    await closeAllTabs();
    await rm(uri.fsPath, { force: true });
  });

  async function edit(): Promise<void> {
    const before = text;
    const set = (to: string) => () => void (text = to);
    set('edited')();
    edits.fire({ document, undo: set(before), redo: set('edited') });
    await eventually(() => {
      assert.deepEqual(unsavedUris(), [uri.toString()]);
    });
  }

  function unsavedUris(): readonly string[] {
    return unsavedFiles().map(file => file.uri.toString());
  }

  async function stored(): Promise<string | undefined> {
    const key = `${places.prefix}edited.s3test`;
    if (!(await places.cloud.keys(places.prefix)).includes(key)) return undefined;
    return (await places.cloud.read(key)).toString();
  }

  it('has unsaved changes, which its row says, from its first edit until it is saved', async () => {
    const rows = new UnsavedRows();
    try {
      const side = { size: 5, modifiedAtMs: 0 };
      const row = fileNode('up-to-date', 'edited.s3test', { local: side, cloud: side });
      assert.equal(rows.has(row), false);
      await edit();
      assert.equal(rows.has(row), true);
      assert.match(String(rowItem(row, 'unsaved').description), /unsaved changes/);
      assert.equal(await unsavedFiles()[0]?.save(), true);
      await eventually(() => {
        assert.deepEqual([unsavedUris(), rows.has(row)], [[], false]);
      });
      assert.equal(readFileSync(uri.fsPath, 'utf8'), 'edited');
    } finally {
      rows.dispose();
    }
  });

  it('is backed up as it was edited, once the question has been answered', async () => {
    await edit();
    const answers = answerWith('Save and Back Up');
    try {
      await api.backUp([uri.fsPath]);
      assert.match(answers.questions[0]?.text ?? '', /edited\.s3test.* has unsaved changes/);
      assert.equal(await stored(), 'edited');
    } finally {
      answers.restore();
    }
  });

  it('is backed up when it is saved, where that is wanted', async () => {
    await setUserSetting('backUpOnSave', true);
    await edit();
    assert.ok(await workspace.save(uri));
    await eventually(async () => {
      assert.equal(await stored(), 'edited');
    });
  });
});
