import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { commands, Position, window, workspace, WorkspaceEdit, type QuickPickItem } from 'vscode';

import type { RowNode, TreeNode } from '../../../src/editor/view/treeNode';
import type { S3Backup } from '../../../src/extension';
import type { FilePath } from '../../../src/protocol/folders';
import type { Group, Verdict } from '../../../src/protocol/verdicts';
import { noWatcherReason } from '../../support/suite/testEnvironment';
import {
  activateWithTarget,
  filesIn,
  setUserSetting,
  untilState,
  uriOf,
  workspaceFolder,
} from '../../support/vscode/extensionUnderTest';

const ignoreFile = uriOf('.s3backupignore');

describe('Add to .s3backupignore', () => {
  let api: S3Backup;
  let ignoredBefore: number;
  let run = 0;

  beforeEach(async () => {
    await mkdir(uriOf('kept out/deep').fsPath, { recursive: true });
    await writeFile(uriOf('kept out/a.txt').fsPath, 'a');
    await writeFile(uriOf('kept out/deep/b.txt').fsPath, 'b');
    api = await activateWithTarget(`ignore-${String((run += 1))}/`);
    await api.compare();
    ignoredBefore = filesIn(api.state, 'ignored');
  });
  afterEach(async () => {
    await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await commands.executeCommand('workbench.action.closeAllEditors');
    await rm(uriOf('kept out').fsPath, { recursive: true, force: true });
    await rm(ignoreFile.fsPath, { force: true });
  });
  after(async () => {
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
  });

  function row(path: string, group: Group, verdict: Verdict): RowNode {
    const folder = workspaceFolder().uri.toString();
    return {
      kind: 'row',
      folder,
      group,
      parent: { kind: 'group', folder, group, parent: undefined },
      row: {
        kind: 'file',
        path: path as FilePath,
        isFolder: false,
        verdict,
        local: undefined,
        cloud: undefined,
        activity: undefined,
      },
    };
  }

  async function lines(): Promise<string> {
    return (await readFile(ignoreFile.fsPath)).toString();
  }

  async function untilIgnored(count: number): Promise<void> {
    await untilState(api, state => filesIn(state, 'ignored') === ignoredBefore + count);
  }

  it('leaves out a row of the view at once, by a file that is made for it', async () => {
    const missing = filesIn(api.state, 'missing-in-cloud');
    const node = row('kept out/a.txt', 'missing-in-cloud', { kind: 'missing-in-cloud' });
    await commands.executeCommand('s3Backup.ignore', node, [node]);
    assert.equal(await lines(), '/kept out/a.txt\n');
    await untilIgnored(1);
    // The file itself is backed up.
    await untilState(api, state => filesIn(state, 'missing-in-cloud') === missing);
  });

  it('adds what is chosen in the Explorer after the last line, as the file ends its lines', async () => {
    await writeFile(ignoreFile.fsPath, '# ours\r\n*.tmp');
    const folder = uriOf('kept out/deep');
    await commands.executeCommand('s3Backup.ignore', folder, [folder, uriOf('kept out/a.txt')]);
    assert.equal(await lines(), '# ours\r\n*.tmp\r\n/kept out/deep/\r\n/kept out/a.txt\r\n');
    await untilIgnored(2);
  });

  it('counts, too, when somebody else writes it', async function () {
    if (noWatcherReason() !== undefined) this.skip();
    const path = uriOf('kept out/.s3backupignore').fsPath;
    const missing = filesIn(api.state, 'missing-in-cloud');
    await writeFile(path, '*.txt\n');
    await untilIgnored(2);
    await rm(path);
    await untilIgnored(0);
    assert.equal(filesIn(api.state, 'missing-in-cloud'), missing);
  });

  it('does not save what somebody is writing in the file', async () => {
    await writeFile(ignoreFile.fsPath, 'before\n');
    const document = await workspace.openTextDocument(ignoreFile);
    await window.showTextDocument(document);
    const edit = new WorkspaceEdit();
    edit.insert(ignoreFile, new Position(0, 0), 'unfinished ');
    await workspace.applyEdit(edit);
    await commands.executeCommand('s3Backup.ignore', uriOf('kept out/a.txt'), []);
    assert.equal(document.getText(), 'unfinished before\n/kept out/a.txt\n');
    assert.equal(await lines(), 'before\n');
    assert.ok(document.isDirty);
    await commands.executeCommand('undo');
    assert.equal(document.getText(), 'unfinished before\n');
  });

  it('leaves a file alone that is no UTF-8 text', async () => {
    const bytes = Buffer.from([0x61, 0xff, 0x0a]);
    await writeFile(ignoreFile.fsPath, bytes);
    await commands.executeCommand('s3Backup.ignore', uriOf('kept out/a.txt'), []);
    assert.deepEqual(await readFile(ignoreFile.fsPath), bytes);
  });

  it('leads from a row to the line that it is ignored by', async () => {
    const source = 'kept out/.s3backupignore';
    await writeFile(uriOf(source).fsPath, '# ours\n\n*.txt\n');
    const node = row('kept out/a.txt', 'ignored', {
      kind: 'ignored',
      because: { kind: 'rule', pattern: '*.txt', source, line: 3 },
      hiddenCopies: 0,
    });
    await commands.executeCommand('s3Backup.showRule', node, [node]);
    const editor = window.activeTextEditor;
    assert.equal(editor?.document.uri.fsPath, uriOf(source).fsPath);
    // As VS Code knows `.gitignore`, with its colours and comments.
    assert.equal(editor.document.languageId, 'ignore');
    assert.equal(editor.selection.active.line, 2);
    assert.match(editor.document.lineAt(2).text, /\*\.txt/);
  });

  it('leads from the group to the file of patterns or the setting, whichever is chosen', async () => {
    const folder = workspaceFolder().uri.toString();
    const group: TreeNode = { kind: 'group', folder, group: 'ignored', parent: undefined };
    const { executeCommand } = commands;
    const settings: unknown[] = [];
    const { showQuickPick } = window;
    Object.assign(window, {
      showQuickPick: (items: readonly QuickPickItem[]) =>
        Promise.resolve(items.find(({ label }) => label === '.s3backupignore')),
    });
    Object.assign(commands, {
      executeCommand: (id: string, ...rest: readonly unknown[]) =>
        id === 'workbench.action.openSettings'
          ? Promise.resolve(settings.push(rest[0]))
          : executeCommand(id, ...rest),
    });
    try {
      await commands.executeCommand('s3Backup.showRule', group, [group]);
      assert.deepEqual(settings, ['s3Backup.exclude'], 'there is no such file yet');
      await writeFile(ignoreFile.fsPath, '*.tmp\n');
      await commands.executeCommand('s3Backup.showRule', group, [group]);
      assert.equal(window.activeTextEditor?.document.uri.fsPath, ignoreFile.fsPath);
      assert.equal(settings.length, 1);
    } finally {
      Object.assign(commands, { executeCommand });
      Object.assign(window, { showQuickPick });
    }
  });
});
