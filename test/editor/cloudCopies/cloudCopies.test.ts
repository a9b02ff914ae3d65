import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  commands,
  Disposable,
  FilePermission,
  FileSystemError,
  MarkdownString,
  TabInputCustom,
  TabInputNotebook,
  TabInputText,
  TabInputTextDiff,
  Uri,
  window,
  workspace,
  type TextDocument,
} from 'vscode';

import { registerCloudCopies } from '../../../src/editor/cloudCopies/cloudCopyFiles';
import type { S3Backup } from '../../../src/extension';
import { answerWith } from '../../support/vscode/answers';
import { fileNode, groupNode, subfolderNode } from '../../support/vscode/cloudRows';
import { eventually } from '../../support/suite/eventually';
import {
  activateWithTarget,
  putObject,
  putUncomparableObject,
  setUserSetting,
  uriOf,
} from '../../support/vscode/extensionUnderTest';
import { closeAllTabs, untilTab, uriIn } from '../../support/vscode/tabs';

const side = { size: 1, modifiedAtMs: 0 };

describe('Cloud copies', () => {
  let api: S3Backup;
  let run = 0;
  let prefix: string;

  beforeEach(async () => {
    run += 1;
    prefix = `copies-${String(run)}/`;
    api = await activateWithTarget(prefix);
    await writeFile(uriOf('both.txt').fsPath, 'here\n');
    await putObject(`${prefix}both.txt`, 'there\n');
    await putObject(`${prefix}far/away.txt`, 'only in the cloud\n');
  });
  afterEach(async () => {
    await closeAllTabs();
    await setUserSetting('clickAction', 'upload');
  });
  after(async () => {
    await setUserSetting('bucket', undefined);
    await setUserSetting('prefix', undefined);
    for (const path of ['both.txt', 'second.txt']) await rm(uriOf(path).fsPath, { force: true });
  });

  /** Opens a file's cloud copy by its row, and gives its URI. */
  async function opened(path: string): Promise<Uri> {
    const node = fileNode('only-in-cloud', path, { cloud: side });
    await commands.executeCommand('s3Backup.openCloudCopy', node, [node]);
    const tab = await untilTab(each => uriIn(each)?.path === `/${path}`);
    const uri = uriIn(tab);
    assert.ok(uri);
    return uri;
  }

  async function untilText(document: TextDocument, text: string): Promise<void> {
    await eventually(() => {
      assert.equal(document.getText(), text);
    });
  }

  async function read(uri: Uri): Promise<string> {
    return Buffer.from(await workspace.fs.readFile(uri)).toString();
  }

  /** The messages that a command shows; none of their buttons is pressed. */
  async function toldBy(run: () => Thenable<unknown>): Promise<readonly string[]> {
    const shown = window.showInformationMessage.bind(window);
    const texts: string[] = [];
    const showInformationMessage = (text: string): Promise<undefined> => {
      texts.push(text);
      return Promise.resolve(undefined);
    };
    Object.assign(window, { showInformationMessage });
    try {
      await run();
    } finally {
      Object.assign(window, { showInformationMessage: shown });
    }
    return texts;
  }

  function isNotFound(error: unknown): boolean {
    return error instanceof FileSystemError && error.code === 'FileNotFound';
  }

  it('say when somebody types into one that a restore makes it a file', () => {
    const { registerFileSystemProvider } = workspace;
    let told: unknown;
    const register = (
      _scheme: string,
      _files: object,
      options: { readonly isReadonly: object },
    ) => {
      told = options.isReadonly;
      return Disposable.from();
    };
    Object.assign(workspace, { registerFileSystemProvider: register });
    const engine = { onDidChangeRows: () => Disposable.from() };
    const restoredCopies = { onDidLoad: () => Disposable.from() };
    try {
      registerCloudCopies({ engine, restoredCopies } as never).dispose();
    } finally {
      Object.assign(workspace, { registerFileSystemProvider });
    }
    assert.ok(told instanceof MarkdownString);
    assert.match(told.value, /restore/);
  });

  describe('as documents', () => {
    it('show a text as it is in the bucket', async () => {
      const uri = await opened('far/away.txt');
      assert.equal(uri.scheme, 's3backup');
      const document = await workspace.openTextDocument(uri);
      assert.equal(document.getText(), 'only in the cloud\n');
      assert.equal(document.languageId, 'plaintext');
    });

    it('cannot be written to, deleted or renamed', async () => {
      const uri = await opened('far/away.txt');
      assert.equal(workspace.fs.isWritableFileSystem('s3backup'), false);
      const { permissions } = await workspace.fs.stat(uri);
      assert.equal(permissions, FilePermission.Readonly);
      await assert.rejects(async () => workspace.fs.writeFile(uri, Buffer.from('x')));
      await assert.rejects(async () => workspace.fs.delete(uri));
      const other = uri.with({ path: '/other.txt' });
      await assert.rejects(async () => workspace.fs.rename(uri, other));
      assert.equal((await workspace.fs.readFile(uri)).length, 'only in the cloud\n'.length);
    });

    it('show a picture in the editor for pictures, byte by byte', async () => {
      await putObject(`${prefix}dot.png`, png);
      const uri = await opened('dot.png');
      const tab = await untilTab(each => each.input instanceof TabInputCustom);
      assert.ok(tab.input instanceof TabInputCustom);
      assert.match(tab.input.viewType, /image/i);
      assert.deepEqual(Buffer.from(await workspace.fs.readFile(uri)), png);
      // Read once more it comes from what is kept, which nobody may have changed.
      assert.deepEqual(Buffer.from(await workspace.fs.readFile(uri)), png);
    });

    it('are not found where there is none', async () => {
      const uri = (await opened('far/away.txt')).with({ path: '/nowhere.txt' });
      await assert.rejects(async () => workspace.fs.stat(uri), isNotFound);
      await assert.rejects(async () => workspace.fs.readFile(uri), isNotFound);
    });

    it('are not found in a bucket that the folder was never backed up to', async () => {
      const uri = await opened('far/away.txt');
      const foreign = new URLSearchParams({ bucket: 'somebody-elses', prefix });
      for (const forged of [
        uri.with({ query: foreign.toString() }),
        uri.with({ authority: 'another-folder' }),
        uri.with({ query: '' }),
      ]) {
        await assert.rejects(async () => workspace.fs.stat(forged), isNotFound);
      }
    });

    it('are read anew once a comparison has found another one, of the same size too', async () => {
      await api.compare();
      const document = await workspace.openTextDocument(await opened('both.txt'));
      assert.equal(document.getText(), 'there\n');
      const changed = untilText(document, 'THERE\n');
      await putObject(`${prefix}both.txt`, 'THERE\n');
      await api.compare();
      await changed;
    });

    it('are never served as they were', async () => {
      const uri = await opened('both.txt');
      assert.equal(await read(uri), 'there\n');
      await putObject(`${prefix}both.txt`, 'other\n');
      assert.equal(await read(uri), 'other\n');
    });
  });

  describe('Open Cloud Copy', () => {
    it('opens all that are selected, and the file in the editor', async () => {
      const nodes = [
        fileNode('only-in-cloud', 'far/away.txt', { cloud: side }),
        fileNode('out-of-date', 'both.txt', { local: side, cloud: side }),
      ];
      await commands.executeCommand('s3Backup.openCloudCopy', nodes[0], nodes);
      await untilTab(tab => uriIn(tab)?.path === '/both.txt');
      assert.equal(window.tabGroups.all.flatMap(({ tabs }) => tabs).length, 2);
      await closeAllTabs();
      await window.showTextDocument(uriOf('both.txt'));
      await commands.executeCommand('s3Backup.openCloudCopy');
      const tab = await untilTab(each => uriIn(each)?.scheme === 's3backup');
      assert.equal(uriIn(tab)?.path, '/both.txt');
    });

    it('opens nothing for folders and groups', async () => {
      for (const node of [subfolderNode('only-in-cloud', 'far'), groupNode('only-in-cloud')]) {
        await commands.executeCommand('s3Backup.openCloudCopy', node, [node]);
      }
      await commands.executeCommand('s3Backup.openCloudCopy', uriOf('.'), [uriOf('.')]);
      await commands.executeCommand('s3Backup.openCloudCopy');
      assert.equal(window.tabGroups.activeTabGroup.tabs.length, 0);
    });

    it('asks before it downloads more than 5 MiB', async () => {
      await putObject(`${prefix}large.txt`, Buffer.alloc((5 << 20) + 1, 'a'));
      const node = fileNode('only-in-cloud', 'large.txt', { cloud: side });
      const refusing = answerWith('nothing');
      await commands.executeCommand('s3Backup.openCloudCopy', node);
      refusing.restore();
      assert.equal(refusing.questions.length, 1);
      assert.equal(window.tabGroups.activeTabGroup.tabs.length, 0);
      const agreeing = answerWith('Download');
      await commands.executeCommand('s3Backup.openCloudCopy', node);
      agreeing.restore();
      await untilTab(tab => uriIn(tab)?.path === '/large.txt');
    });

    it('saves what has more than 50 MiB to a place instead', async () => {
      const part = 'h'.repeat(7 << 20);
      const parts = Array.from({ length: 8 }, () => part);
      await putUncomparableObject(`${prefix}huge.bin`, parts);
      const to = Uri.file(join(tmpdir(), `s3-backup-huge-${String(process.pid)}.bin`));
      const saveDialog = window.showSaveDialog.bind(window);
      const answers = answerWith('Save As…');
      Object.assign(window, { showSaveDialog: () => Promise.resolve(to) });
      try {
        const node = fileNode('only-in-cloud', 'huge.bin', { cloud: side });
        await commands.executeCommand('s3Backup.openCloudCopy', node);
        assert.equal(answers.questions.length, 1);
        assert.equal(await readFile(to.fsPath, 'latin1'), parts.join(''));
        assert.equal(window.tabGroups.activeTabGroup.tabs.length, 0);
      } finally {
        answers.restore();
        Object.assign(window, { showSaveDialog: saveDialog });
        await rm(to.fsPath, { force: true });
      }
    }).timeout(120_000);

    it('opens a notebook as one', async () => {
      await putObject(`${prefix}steps.ipynb`, JSON.stringify(notebook));
      await opened('steps.ipynb');
      const { input } = await untilTab(tab => tab.input instanceof TabInputNotebook);
      assert.ok(input instanceof TabInputNotebook);
      assert.equal(input.uri.path, '/steps.ipynb');
    });
  });

  /** The ways in which a command is told of one file. */
  const forms: Readonly<Record<string, () => Promise<readonly unknown[]>>> = {
    'the file in the editor': async () => {
      await window.showTextDocument(uriOf('both.txt'));
      return [];
    },
    'a file and all selected files': () =>
      Promise.resolve([uriOf('both.txt'), [uriOf('both.txt')]]),
    'a row and all selected rows': () => {
      const node = fileNode('changed-in-cloud', 'both.txt', { local: side, cloud: side });
      return Promise.resolve([node, [node]]);
    },
    'an open cloud copy': async () => {
      await opened('both.txt');
      return [];
    },
  };

  describe('Open Diff with Cloud Copy', () => {
    for (const [form, args] of Object.entries(forms)) {
      it(`takes ${form}`, async () => {
        await commands.executeCommand('s3Backup.diff', ...(await args()));
        const { input, label } = await untilTab(tab => tab.input instanceof TabInputTextDiff);
        assert.ok(input instanceof TabInputTextDiff);
        assert.equal(input.original.scheme, 's3backup');
        assert.equal(input.modified.fsPath, uriOf('both.txt').fsPath);
        assert.equal(label, 'both.txt (Cloud ↔ Local)');
      });
    }

    it('shows several files in one editor', async () => {
      await writeFile(uriOf('second.txt').fsPath, 'here\n');
      await putObject(`${prefix}second.txt`, 'there\n');
      const uris = [uriOf('both.txt'), uriOf('second.txt')];
      await commands.executeCommand('s3Backup.diff', uris[0], uris);
      const { label } = await untilTab(() => true);
      assert.match(label, /^Cloud ↔ Local/);
      assert.equal(window.tabGroups.activeTabGroup.tabs.length, 1);
    });

    it('shows the cloud copy alone where the local file is gone', async () => {
      const node = fileNode('changed-in-cloud', 'far/away.txt', { local: side, cloud: side });
      await commands.executeCommand('s3Backup.diff', node);
      const tab = await untilTab(each => uriIn(each)?.path === '/far/away.txt');
      assert.equal(uriIn(tab)?.scheme, 's3backup');
    });
  });

  describe('Show Cloud Versions', () => {
    for (const [form, args] of Object.entries(forms)) {
      it(`takes ${form}, and says that the bucket keeps none`, async () => {
        const given = await args();
        const told = await toldBy(() => commands.executeCommand('s3Backup.showVersions', ...given));
        assert.equal(told.length, 1);
        assert.ok(told[0]?.includes('both.txt'), told[0]);
      });
    }

    it('is what a click on a lost file does', async () => {
      const node = fileNode('lost', 'gone.txt', { verdict: { kind: 'lost', safeAt: 0 } });
      const told = await toldBy(() => commands.executeCommand('_s3Backup.rowClicked', node));
      assert.equal(told.length, 1);
      assert.ok(told[0]?.includes('gone.txt'), told[0]);
    });
  });

  describe('A click', () => {
    async function click(...row: Parameters<typeof fileNode>): Promise<void> {
      await commands.executeCommand('_s3Backup.rowClicked', fileNode(...row));
    }

    it('on a file that was changed in the cloud shows what differs', async () => {
      await click('changed-in-cloud', 'both.txt', { local: side, cloud: side });
      const { label } = await untilTab(({ input }) => input instanceof TabInputTextDiff);
      assert.equal(label, 'both.txt (Cloud ↔ Local)');
    });

    it('on a file that is only in the cloud opens the copy', async () => {
      await click('only-in-cloud', 'far/away.txt', { cloud: side });
      const tab = await untilTab(each => uriIn(each)?.scheme === 's3backup');
      assert.equal(uriIn(tab)?.path, '/far/away.txt');
    });

    it('on a file that is out of date shows what differs, where the setting says so', async () => {
      await setUserSetting('clickAction', 'diff');
      await click('out-of-date', 'both.txt', { local: side, cloud: side });
      const { label } = await untilTab(({ input }) => input instanceof TabInputTextDiff);
      assert.equal(label, 'both.txt (Cloud ↔ Local)');
    });

    it('on a missing file opens it then, since there is nothing to compare it with', async () => {
      await setUserSetting('clickAction', 'diff');
      await click('missing-in-cloud', 'both.txt', { local: side });
      const tab = await untilTab(each => uriIn(each)?.fsPath === uriOf('both.txt').fsPath);
      assert.ok(tab.input instanceof TabInputText);
    });
  });
});

const notebook = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };

/** One transparent dot. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
