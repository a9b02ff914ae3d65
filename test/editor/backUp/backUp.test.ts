import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  commands,
  window,
  type DocumentLink,
  type QuickPick,
  type QuickPickItem,
  type Uri,
} from 'vscode';

import type { GroupNode, TreeNode } from '../../../src/editor/view/treeNode';
import type { S3Backup } from '../../../src/extension';
import type { FilePath } from '../../../src/protocol/folders';
import { suitePlaces } from '../../support/vscode/suitePlaces';
import { testVariable } from '../../support/suite/testEnvironment';
import { answerWith, type Answers } from '../../support/vscode/answers';
import { eventually } from '../../support/suite/eventually';
import {
  filesIn,
  onlyComparison,
  putObject,
  setUserSetting,
  untilState,
  uriOf,
  workspaceFolder,
} from '../../support/vscode/extensionUnderTest';
import { listenTo, listenToStatusBar } from '../../support/vscode/messages';
import { uriIn } from '../../support/vscode/tabs';

describe('Commands', () => {
  const places = suitePlaces('commands');
  let api: S3Backup;
  let answers: Answers;

  // Each test finds an empty place in the bucket, and the same files.
  beforeEach(async () => {
    answers = answerWith('Back Up');
    await write('a.txt', 'a');
    await write('set/b.txt', 'bb');
    await write('set/deep/c.txt', 'ccc');
    api = await places.next();
  });
  afterEach(() => {
    answers.restore();
  });
  after(async () => {
    await commands.executeCommand('workbench.action.closeAllEditors');
    await setUserSetting('clickAction', 'upload');
    await rm(uriOf('a.txt').fsPath, { force: true });
    await rm(uriOf('set').fsPath, { recursive: true, force: true });
  });

  async function write(path: string, content: string): Promise<void> {
    const file = uriOf(path).fsPath;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }

  async function uploaded(): Promise<readonly string[]> {
    return (await places.cloud.keys(places.prefix)).map(key => key.slice(places.prefix.length));
  }

  function group(): GroupNode {
    const folder = workspaceFolder().uri.toString();
    return { kind: 'group', folder, group: 'missing-in-cloud', parent: undefined };
  }

  /** The row of a missing file, as the tree hands it to commands. */
  function row(path: string): TreeNode {
    return {
      kind: 'row',
      folder: workspaceFolder().uri.toString(),
      group: 'missing-in-cloud',
      parent: group(),
      row: {
        kind: 'file',
        path: path as FilePath,
        isFolder: false,
        verdict: { kind: 'missing-in-cloud' },
        local: { size: 1, modifiedAtMs: 0 },
        cloud: undefined,
        activity: undefined,
      },
    };
  }

  describe('Compare', () => {
    const forms: Readonly<Record<string, () => readonly unknown[]>> = {
      'nothing, as the palette does': () => [],
      'a file and all selected files': () => [uriOf('a.txt'), [uriOf('a.txt'), uriOf('set')]],
      'a row and all selected rows': () => [group(), [group()]],
    };
    for (const [form, args] of Object.entries(forms)) {
      it(`takes ${form}`, async () => {
        await commands.executeCommand('s3Backup.compare', ...args());
        const { prefix: compared, comparedAt } = onlyComparison(api.state);
        assert.equal(compared, places.prefix);
        assert.ok(Date.now() - comparedAt < 30_000);
      });
    }
  });

  describe('Back Up', () => {
    const forms: Readonly<Record<string, readonly [() => readonly unknown[], readonly string[]]>> =
      {
        'a file': [() => [uriOf('a.txt')], ['a.txt']],
        'a folder and all selected': [
          () => [uriOf('set'), [uriOf('set'), uriOf('a.txt')]],
          ['a.txt', 'set/b.txt', 'set/deep/c.txt'],
        ],
        'a file and the place of its tab': [
          () => [uriOf('set/b.txt'), { groupId: 0, editorIndex: 0 }],
          ['set/b.txt'],
        ],
        'a row': [() => [row('a.txt')], ['a.txt']],
        'a row and all selected rows': [
          () => [row('a.txt'), [row('a.txt'), row('set/b.txt')]],
          ['a.txt', 'set/b.txt'],
        ],
      };
    for (const id of ['s3Backup.backUp', 's3Backup.backUpResource']) {
      for (const [form, [args, expected]] of Object.entries(forms)) {
        it(`as ${id} takes ${form}`, async () => {
          await api.compare();
          await commands.executeCommand(id, ...args());
          assert.deepEqual(await uploaded(), expected);
        });
      }

      it(`as ${id} takes nothing and means the file being edited`, async () => {
        await commands.executeCommand('workbench.view.explorer');
        await window.showTextDocument(uriOf('set/deep/c.txt'));
        await commands.executeCommand(id);
        assert.deepEqual(await uploaded(), ['set/deep/c.txt']);
      });
    }

    it('needs no comparison for files and folders on the disk', async () => {
      await commands.executeCommand('s3Backup.backUpResource', uriOf('set'));
      assert.deepEqual(await uploaded(), ['set/b.txt', 'set/deep/c.txt']);
    });

    it('moves the rows of a comparison at hand', async () => {
      await api.compare();
      const missing = filesIn(api.state, 'missing-in-cloud');
      const upToDate = filesIn(api.state, 'up-to-date');
      await commands.executeCommand('s3Backup.backUp', group(), [row('a.txt')]);
      await untilState(api, state => filesIn(state, 'up-to-date') > upToDate);
      assert.ok(filesIn(api.state, 'missing-in-cloud') < missing);
    });
  });

  describe('Back Up All', () => {
    it('compares first where nothing has been compared, and uploads all', async () => {
      await commands.executeCommand('s3Backup.backUpAll');
      const keys = await uploaded();
      assert.ok(['a.txt', 'set/b.txt', 'set/deep/c.txt'].every(path => keys.includes(path)));
      // The numbers are true at once, though the rows keep their places for a moment.
      assert.equal(filesIn(api.state, 'missing-in-cloud'), 0);
      assert.equal(onlyComparison(api.state).proved, keys.length);
    });

    it('shows its plan before it is the first of a target, and never again', async () => {
      await putObject(`${places.prefix}a.txt`, 'another one');
      const later = Date.now() / 1000 + 60;
      await utimes(uriOf('a.txt').fsPath, later, later);
      await commands.executeCommand('s3Backup.backUpAll');
      const [question, ...others] = answers.questions;
      assert.deepEqual(others, []);
      const count = (await uploaded()).length;
      assert.ok(question);
      assert.ok(question.text.includes(`${String(count)} files`), question.text);
      assert.ok(question.text.includes(`s3://${testVariable('embeddedBucket')}/${places.prefix}`));
      // What is replaced without a record, and the largest.
      assert.match(question.detail, /• a\.txt\n/);
      assert.match(question.detail, /• set\/deep\/c\.txt: 3 B/);
      await write('set/new.txt', 'new');
      await commands.executeCommand('s3Backup.backUpResource', uriOf('set'));
      await write('set/newer.txt', 'newer');
      await api.compare();
      await commands.executeCommand('s3Backup.backUpAll');
      assert.equal(answers.questions.length, 1);
      assert.ok((await uploaded()).includes('set/newer.txt'));
      await rm(uriOf('set').fsPath, { recursive: true });
    });

    it('shows the plan of a folder’s own row again where it has grown unseen', async () => {
      const folderRow: TreeNode = { kind: 'folder', folder: workspaceFolder().uri.toString() };
      await api.compare();
      await commands.executeCommand('s3Backup.backUp', folderRow);
      assert.equal(answers.questions.length, 1);
      // The command begins before the file watcher can tell of these.
      await mkdir(uriOf('set/grown').fsPath);
      for (let n = 0; n < 101; n++) writeFileSync(uriOf(`set/grown/${String(n)}`).fsPath, 'new');
      await commands.executeCommand('s3Backup.backUp', folderRow, [folderRow]);
      assert.equal(answers.questions.length, 2);
      assert.match(answers.questions[1]?.text ?? '', /101 files/);
      await rm(uriOf('set/grown').fsPath, { recursive: true });
    });

    it('sends nothing where the plan is not agreed to, and asks again', async () => {
      answers.restore();
      answers = answerWith('no such button');
      await commands.executeCommand('s3Backup.backUpAll');
      await commands.executeCommand('s3Backup.backUpAll');
      assert.equal(answers.questions.length, 2);
      assert.deepEqual(await uploaded(), []);
    });

    it('asks before it replaces many copies that cannot be got back', async () => {
      const names = Array.from({ length: 101 }, (_, n) => `set/many/${String(n)}.txt`);
      for (const name of names) await write(name, 'first');
      await api.backUp();
      answers.restore();
      answers = answerWith('no such button');
      for (const name of names) await write(name, 'second one');
      await api.compare();
      assert.equal(await api.backUp(), undefined);
      assert.equal(answers.questions.length, 1);
      assert.match(answers.questions[0]?.text ?? '', /replace 101 cloud copies/);
      // A hundred need no question.
      await rm(uriOf('set/many/0.txt').fsPath);
      await api.compare();
      const report = await api.backUp();
      assert.equal(report?.done, 100);
      assert.equal(answers.questions.length, 1);
      await rm(uriOf('set/many').fsPath, { recursive: true });
    });

    it('begins with all files ticked where some are to be chosen instead', async () => {
      answers.restore();
      answers = answerWith('Choose Files…');
      const { showQuickPick } = window;
      let items: readonly QuickPickItem[] = [];
      const dismiss = (shown: readonly QuickPickItem[]) => {
        items = shown;
        return Promise.resolve(undefined);
      };
      Object.assign(window, { showQuickPick: dismiss });
      await commands.executeCommand('s3Backup.backUpAll');
      assert.ok(items.length > 0 && items.every(({ picked }) => picked === true));
      await commands.executeCommand('s3Backup.review');
      Object.assign(window, { showQuickPick });
      assert.ok(items.length > 0 && !items.some(({ picked }) => picked === true));
    });

    it('reports numbers that add up', async () => {
      const report = await api.backUp();
      assert.ok(report);
      const { planned, done, failed, skipped, cancelled } = report;
      assert.equal(planned, done + failed + skipped + cancelled);
      assert.equal(done, (await uploaded()).length);
      assert.equal(await api.backUp(), undefined);
    });

    it('backs up what other extensions name', async () => {
      const report = await api.backUp([uriOf('set').fsPath]);
      assert.equal(report?.done, 2);
    });
  });

  describe('What became of a batch', () => {
    it('is shown as a document with every file and its reason, that can be closed at once', async () => {
      await api.compare();
      // Somebody else is first.
      await putObject(`${places.prefix}set/b.txt`, 'theirs');
      const report = await api.backUp();
      assert.equal(report?.skipped, 1);
      await commands.executeCommand('s3Backup.showReport');
      const document = window.activeTextEditor?.document;
      assert.equal(document?.uri.scheme, 's3backup-report');
      assert.equal(document.isDirty, false);
      const text = document.getText();
      assert.match(text, /1 skipped/);
      assert.match(text, /set\/b\.txt \(2 B\)\n {6}\S/);
      assert.match(text, /a\.txt \(1 B\)/);
      assert.equal(text.split('\n').filter(line => /^ {2}\S/.test(line)).length, report.planned);
      const links = await commands.executeCommand<readonly DocumentLink[]>(
        'vscode.executeLinkProvider',
        document.uri,
      );
      assert.ok(links.some(({ target }) => target?.fsPath === uriOf('a.txt').fsPath));
      // The next one takes its place, under a name that says what it reports.
      await write('a.txt', 'once more');
      await api.backUp([uriOf('a.txt').fsPath]);
      await commands.executeCommand('s3Backup.showReport');
      await eventually(() => {
        const [report, ...others] = window.tabGroups.all
          .flatMap(({ tabs }) => tabs)
          .filter(tab => uriIn(tab)?.scheme === 's3backup-report');
        assert.match(report?.label ?? '', /1 file backed up/);
        assert.deepEqual(others, []);
      });
    });

    it('is tried again where it failed, and only there', async () => {
      await write('unreadable.txt', 'secret');
      await api.compare();
      answers.meanwhile = async () => {
        await rm(uriOf('unreadable.txt').fsPath);
        await mkdir(uriOf('unreadable.txt').fsPath);
      };
      const first = await api.backUp();
      await rm(uriOf('unreadable.txt').fsPath, { recursive: true });
      assert.equal((first?.skipped ?? 0) + (first?.failed ?? 0), 1);
      // A folder in a file's place is skipped: there is nothing to try again.
      await commands.executeCommand('s3Backup.retryFailed');
      assert.ok(!(await uploaded()).includes('unreadable.txt'));
    });
  });

  describe('A click', () => {
    it('uploads a missing file, once for both clicks of a double click', async () => {
      await api.compare();
      const clicks = [1, 2].map(() =>
        commands.executeCommand('_s3Backup.rowClicked', row('a.txt')),
      );
      await Promise.all(clicks);
      assert.deepEqual(await uploaded(), ['a.txt']);
    });

    it('opens the file where the setting says so', async () => {
      await api.compare();
      await setUserSetting('clickAction', 'open');
      await commands.executeCommand('_s3Backup.rowClicked', row('set/b.txt'));
      await setUserSetting('clickAction', 'upload');
      assert.equal(edited()?.fsPath, uriOf('set/b.txt').fsPath);
      assert.deepEqual(await uploaded(), []);
    });
  });

  describe('The first click in a folder', () => {
    afterEach(async () => {
      await setUserSetting('clickAction', 'upload');
      await choose('Ask at the Next Click');
    });

    async function choose(label: string): Promise<void> {
      const shown = window.showQuickPick.bind(window);
      Object.assign(window, {
        showQuickPick: (items: readonly QuickPickItem[]) =>
          Promise.resolve(items.find(item => item.label === label)),
      });
      try {
        await commands.executeCommand('s3Backup.chooseClick');
      } finally {
        Object.assign(window, { showQuickPick: shown });
      }
    }

    function answer(...wanted: readonly string[]): void {
      answers.restore();
      answers = answerWith(...wanted);
    }

    const click = (path: string) => commands.executeCommand('_s3Backup.rowClicked', row(path));

    it('asks, naming the file and its place, and does nothing where nobody answers', async () => {
      await api.compare();
      await setUserSetting('clickAction', 'ask');
      answer();
      await click('a.txt');
      const [question, ...others] = answers.questions;
      assert.equal(others.length, 0);
      assert.ok(question);
      assert.ok(
        question.text.includes(`s3://${testVariable('embeddedBucket')}/${places.prefix}a.txt`),
      );
      assert.deepEqual(question.buttons, ['Back Up', 'Just Open']);
      assert.deepEqual(await uploaded(), []);
      await click('set/b.txt');
      assert.equal(answers.questions.length, 2);
    });

    it('asks once, and opens files from then on where that was the answer', async () => {
      await api.compare();
      await setUserSetting('clickAction', 'ask');
      answer('Just Open');
      await click('a.txt');
      await click('set/b.txt');
      assert.equal(answers.questions.length, 1);
      assert.equal(edited()?.fsPath, uriOf('set/b.txt').fsPath);
      assert.deepEqual(await uploaded(), []);
    });

    it('asks once, and backs up from then on, until the user chooses otherwise', async () => {
      await api.compare();
      await setUserSetting('clickAction', 'ask');
      answer('Back Up');
      await click('a.txt');
      await click('set/b.txt');
      assert.equal(answers.questions.length, 1);
      assert.deepEqual(await uploaded(), ['a.txt', 'set/b.txt']);
      await choose('Just Open the File');
      await click('set/deep/c.txt');
      assert.equal(answers.questions.length, 1);
      assert.deepEqual(await uploaded(), ['a.txt', 'set/b.txt']);
    });
  });

  describe('Files that look like secrets', () => {
    const ignoreFile = () => uriOf('.s3backupignore').fsPath;

    beforeEach(() => write('set/.env', 'TOKEN=1'));
    afterEach(async () => {
      await rm(uriOf('set/.env').fsPath, { force: true });
      await rm(ignoreFile(), { force: true });
    });

    function answer(...wanted: readonly string[]): void {
      answers.restore();
      answers = answerWith(...wanted);
    }

    const everyWay: Readonly<Record<string, () => Thenable<unknown>>> = {
      'a click': () => commands.executeCommand('_s3Backup.rowClicked', row('set/.env')),
      'Back Up': () => commands.executeCommand('s3Backup.backUp', row('set/.env')),
      'Back Up to S3': () => commands.executeCommand('s3Backup.backUpResource', uriOf('set')),
      'Back Up All': () => commands.executeCommand('s3Backup.backUpAll'),
      'another extension': () => api.backUp([uriOf('set/.env').fsPath]),
    };
    for (const [way, run] of Object.entries(everyWay)) {
      it(`are asked about before ${way} sends them, and nothing goes without an answer`, async () => {
        await api.compare();
        answer();
        await run();
        assert.deepEqual(
          answers.questions.map(({ buttons }) => buttons),
          [['Ignore', 'Back Up']],
        );
        assert.deepEqual(await uploaded(), []);
      });
    }

    it('are ignored from then on by Ignore, and the rest is backed up', async () => {
      answer('Ignore', 'Back Up');
      const report = await api.backUp([uriOf('set').fsPath]);
      assert.deepEqual([report?.planned, report?.done], [2, 2]);
      assert.deepEqual(await uploaded(), ['set/b.txt', 'set/deep/c.txt']);
      assert.equal(await readFile(ignoreFile(), 'utf8'), '/set/.env\n');
      await api.compare();
      assert.ok(filesIn(api.state, 'ignored') > 0);
      await api.backUp();
      assert.ok(!(await uploaded()).includes('set/.env'));
    });

    it('are sent by Back Up, and only new ones are asked about again', async () => {
      answer('Back Up');
      await api.backUp([uriOf('set').fsPath]);
      assert.equal(answers.questions.length, 1);
      assert.ok((await uploaded()).includes('set/.env'));
      await write('set/.env', 'TOKEN=22');
      await api.backUp([uriOf('set').fsPath]);
      assert.equal(answers.questions.length, 1);
      await write('set/id_rsa', 'key');
      await api.backUp([uriOf('set').fsPath]);
      await rm(uriOf('set/id_rsa').fsPath);
      assert.equal(answers.questions.length, 2);
      assert.ok(answers.questions[1]?.text.includes('set/id_rsa'));
    });
  });

  it('that find nothing to do say so in the status bar, unless it needs a look', async () => {
    const told = listenTo('showInformationMessage');
    const status = listenToStatusBar();
    try {
      await api.backUp();
      await commands.executeCommand('s3Backup.backUpAll');
      await commands.executeCommand('s3Backup.backUpResource', uriOf('a.txt'), [uriOf('a.txt')]);
      await commands.executeCommand('s3Backup.restore');
      assert.deepEqual(
        status.texts.slice(-3).map(text => /Nothing to (back up|restore)/.exec(text)?.[1]),
        ['back up', 'back up', 'restore'],
      );
      assert.doesNotMatch(told.texts.join(), /nothing to/i);
      const before = status.texts.length;
      await write('set/.s3backupignore', 'b.txt\nc.txt\n.s3backupignore\n');
      await commands.executeCommand('s3Backup.backUpResource', uriOf('set'), [uriOf('set')]);
      assert.match(told.texts.at(-1) ?? '', /Nothing to back up: .* ignored/);
      assert.equal(status.texts.length, before);
    } finally {
      told.restore();
      status.restore();
      await rm(uriOf('set/.s3backupignore').fsPath);
    }
  });

  it('Open and Reveal in Explorer View take rows and files', async () => {
    await commands.executeCommand('s3Backup.open', row('a.txt'), [row('a.txt')]);
    assert.equal(edited()?.fsPath, uriOf('a.txt').fsPath);
    await commands.executeCommand('s3Backup.open', uriOf('set/b.txt'));
    assert.equal(edited()?.fsPath, uriOf('set/b.txt').fsPath);
    await commands.executeCommand('s3Backup.revealInExplorer', row('a.txt'), [row('a.txt')]);
    await commands.executeCommand('s3Backup.open');
  });

  it('Choose Bucket is content with being dismissed', async () => {
    const create = window.createQuickPick.bind(window);
    let dismissed = 0;
    const createQuickPick = (): QuickPick<QuickPickItem> => {
      const pick = create();
      const show = pick.show.bind(pick);
      return Object.assign(pick, {
        show() {
          show();
          pick.hide();
          dismissed += 1;
        },
      });
    };
    const { comparisons } = api.state;
    Object.assign(window, { createQuickPick });
    try {
      for (const args of [[], [uriOf('a.txt')], [group(), [group()]]]) {
        await commands.executeCommand('s3Backup.chooseBucket', ...args);
      }
    } finally {
      Object.assign(window, { createQuickPick: create });
    }
    assert.equal(dismissed, 3);
    assert.deepEqual(answers.questions, []);
    assert.deepEqual(api.state.comparisons, comparisons);
  });

  it('Cancel and Show Log need nothing to be under way', async () => {
    const { state } = api;
    await commands.executeCommand('s3Backup.cancel');
    assert.deepEqual(api.state, state);
    await commands.executeCommand('s3Backup.showLog');
    await eventually(() => {
      const shown = window.visibleTextEditors.map(({ document }) => document.uri);
      assert.ok(
        shown.some(({ scheme, path }) => scheme === 'output' && path.includes('S3 Backup')),
      );
    });
  });

  it('show a failure instead of throwing it', async () => {
    await setUserSetting('bucket', 'there-is-no-such-bucket');
    await commands.executeCommand('s3Backup.compare');
    assert.ok(api.state.kind === 'failed');
    assert.equal(api.state.failures[0]?.failure.code, 'no-such-bucket');
    await assert.rejects(api.compare());
    await commands.executeCommand('notifications.clearAll');
  });

  function edited(): Uri | undefined {
    return window.activeTextEditor?.document.uri;
  }
});
