import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import {
  NotebookCellData,
  NotebookCellKind,
  NotebookEdit,
  window,
  workspace,
  WorkspaceEdit,
} from 'vscode';

import { unsavedFiles } from '../../../src/editor/client/unsavedFiles';
import { fileInFront } from '../../../src/editor/selection/selection';
import { uriOf } from '../../support/vscode/extensionUnderTest';
import { closeAllTabs } from '../../support/vscode/tabs';

describe('A notebook in an editor', () => {
  const uri = uriOf('unsaved.ipynb');

  before(async () => {
    await closeAllTabs();
    const empty = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };
    await writeFile(uri.fsPath, JSON.stringify(empty));
    await window.showNotebookDocument(await workspace.openNotebookDocument(uri));
  });
  after(async () => {
    await closeAllTabs();
    await rm(uri.fsPath, { force: true });
  });

  const unsaved = () => unsavedFiles().map(file => file.uri.toString());

  it('is the file that commands mean', () => {
    assert.deepEqual(fileInFront()?.uris.map(String), [uri.toString()]);
  });

  it('has unsaved changes from its first edit until it is saved', async () => {
    assert.deepEqual(unsaved(), []);
    const edit = new WorkspaceEdit();
    const cell = new NotebookCellData(NotebookCellKind.Markup, 'seen', 'markdown');
    edit.set(uri, [NotebookEdit.insertCells(0, [cell])]);
    assert.ok(await workspace.applyEdit(edit));
    assert.deepEqual(unsaved(), [uri.toString()]);
    await unsavedFiles()[0]?.save();
    assert.deepEqual(unsaved(), []);
  });
});
