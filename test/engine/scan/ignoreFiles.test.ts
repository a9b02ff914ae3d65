import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';

import { ExcludeRules } from '../../../src/engine/scan/exclude';
import { childPath } from '../../../src/engine/disk/filePath';
import { ignoreFilesBelow } from '../../../src/engine/scan/ignoreFiles';
import type { FilePath } from '../../../src/protocol/folders';
import { writeTree } from '../../support/disk/localTree';
import { asOrdinaryUser, nothingDenied } from '../../support/disk/ordinaryUser';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { assertProperty } from '../../support/suite/assertProperty';

const posix = process.platform !== 'win32';

describe('ignoreFiles', () => {
  let folder: TemporaryFolder;
  let root: string;
  beforeEach(async () => {
    folder = await temporaryFolder('ignore');
    root = join(folder.path, 'w');
    mkdirSync(root);
  });
  afterEach(() => folder.remove());

  function rules(patterns: readonly string[] = [], others: readonly string[] = []): ExcludeRules {
    return new ExcludeRules(patterns, ignoreFilesBelow(root, others));
  }

  /** What a path's ruling says in words: the rule's pattern, file and line, or the failure. */
  function said(exclude: ExcludeRules, path: string, kind: 'file' | 'folder' = 'file'): string {
    const found = exclude.find(path as FilePath, kind);
    if (found === undefined) return 'backed up';
    const { ruling } = found;
    if (ruling.kind === 'unknown') return `${ruling.failure.code} ${ruling.failure.subject}`;
    const { because } = ruling;
    assert.ok(because.kind === 'rule');
    return `${because.pattern} in ${because.source} ${String(because.line ?? '')}`.trim();
  }

  it('names the rule as it is written, with its file and line', async () => {
    await writeTree(root, {
      '.s3backupignore': '# ours\n\n*.tmp\n!keep.tmp\r\n',
      'd/.s3backupignore': '\uFEFF/out\r\n\\#odd#\r\n',
    });
    const exclude = rules(['*.log']);
    assert.equal(said(exclude, 'x.log'), '*.log in s3Backup.exclude');
    assert.equal(said(exclude, 'd/e/x.tmp'), '*.tmp in .s3backupignore 3');
    assert.equal(said(exclude, 'keep.tmp'), 'backed up');
    assert.equal(said(exclude, 'd/out/a'), '/out in d/.s3backupignore 1');
    assert.equal(said(exclude, 'd/e/out'), 'backed up');
    assert.equal(said(exclude, 'd/e/#odd#'), '\\#odd# in d/.s3backupignore 2');
    assert.equal(said(exclude, '#odd#'), 'backed up');
    assert.equal(said(exclude, '.s3backupignore'), 'backed up');
  });

  describe('of a folder that is part of a git repository', () => {
    /** Opens `app/web` of a repository. */
    async function opened(files: Readonly<Record<string, string>>): Promise<void> {
      mkdirSync(join(folder.path, '.git'));
      root = join(folder.path, 'app/we[b');
      mkdirSync(root, { recursive: true });
      await writeTree(folder.path, files);
    }

    it('heed those above it, the nearest last, and name them by where they are', async () => {
      await opened({
        '.gitignore': 'dist/\n.env\n/app/*/built\n/out\n*.log\n',
        'app/.gitignore': '!kept.log\n/we\\[b/here\n',
        'app/we[b/.gitignore': '!ours.log',
      });
      const exclude = rules(['node_modules', '/top'], ['.gitignore']);
      const above = (pattern: string, line: number) =>
        `${pattern} in ../../.gitignore ${String(line)}`;
      assert.equal(said(exclude, '.env'), above('.env', 2));
      assert.equal(said(exclude, 'dist', 'folder'), above('dist/', 1));
      assert.equal(said(exclude, 'src/dist/o.js'), above('dist/', 1));
      assert.equal(said(exclude, 'built', 'folder'), above('/app/*/built', 3));
      assert.equal(said(exclude, 'src/built', 'folder'), 'backed up');
      assert.equal(said(exclude, 'out', 'folder'), 'backed up');
      assert.equal(said(exclude, 'a.log'), above('*.log', 5));
      assert.equal(said(exclude, 'kept.log'), 'backed up');
      assert.equal(said(exclude, 'ours.log'), 'backed up');
      assert.equal(said(exclude, 'here'), '/we\\[b/here in ../.gitignore 2');
      assert.equal(said(exclude, 'd/node_modules/a'), 'node_modules in s3Backup.exclude');
      assert.equal(said(exclude, 'top'), '/top in s3Backup.exclude');
      assert.equal(said(exclude, 'd/top'), 'backed up');
    });

    it('heed nothing above where git’s rules do not count, nor above the repository', async () => {
      await opened({ '.gitignore': '.env', 'app/.gitignore': '*.tmp' });
      assert.equal(said(rules(), '.env'), 'backed up');
      mkdirSync(join(root, '.git'));
      assert.equal(said(rules([], ['.gitignore']), '.env'), 'backed up');
    });

    it('see that one above has changed when they are looked at again', async () => {
      await opened({ '.gitignore': '.env' });
      const exclude = rules([], ['.gitignore']);
      assert.notEqual(said(exclude, '.env'), 'backed up');
      assert.deepEqual(exclude.sources(), ['../../.gitignore']);
      await writeTree(folder.path, { '.gitignore': '.cache' });
      assert.deepEqual(
        exclude.sources().map(path => exclude.forget(path)),
        [''],
      );
      assert.equal(said(exclude, '.env'), 'backed up');
      assert.notEqual(said(exclude, '.cache'), 'backed up');
    });
  });

  it('heed the list that the repository keeps to itself, and see that it has changed', async () => {
    root = join(folder.path, 'app');
    await writeTree(folder.path, {
      '.git/info/exclude': 'notes\n/app/here\n*.log',
      '.gitignore': '!kept.log',
      'app/a': '',
    });
    const exclude = rules([], ['.gitignore']);
    assert.equal(said(exclude, 'd/notes'), 'notes in ../.git/info/exclude 1');
    assert.equal(said(exclude, 'here'), '/app/here in ../.git/info/exclude 2');
    assert.equal(said(exclude, 'kept.log'), 'backed up');
    assert.equal(said(rules(), 'notes'), 'backed up');
    await writeTree(folder.path, { '.git/info/exclude': 'other' });
    for (const path of exclude.sources()) exclude.forget(path);
    assert.equal(said(exclude, 'notes'), 'backed up');
    assert.equal(said(exclude, 'other'), 'other in ../.git/info/exclude 1');
  });

  it('heed that list in a worktree, which shares it with the repository', async () => {
    execFileSync('git', ['init', '-q', join(folder.path, 'main')], { env: gitEnvironment });
    const inMain = (...parameters: readonly string[]) =>
      execFileSync('git', ['-C', join(folder.path, 'main'), ...parameters], {
        env: gitEnvironment,
        stdio: 'ignore',
      });
    const author = ['-c', 'user.name=x', '-c', 'user.email=x'];
    inMain(...author, 'commit', '-q', '--allow-empty', '-m', 'x');
    rmSync(root, { recursive: true });
    inMain('worktree', 'add', '-q', root);
    await writeTree(folder.path, { 'main/.git/info/exclude': 'notes' });
    const exclude = rules([], ['.gitignore']);
    assert.equal(said(exclude, 'notes'), 'notes in ../main/.git/info/exclude 1');
    assert.equal(said(exclude, 'other'), 'backed up');
  });

  it('lets the nearest file decide, and every file over the setting', async () => {
    await writeTree(root, {
      '.s3backupignore': '!a.log\nb',
      'd/.s3backupignore': 'a.log\n!b',
      'd/e/.s3backupignore': '!a.log',
    });
    const exclude = rules(['*.log']);
    assert.equal(said(exclude, 'a.log'), 'backed up');
    assert.equal(said(exclude, 'x.log'), '*.log in s3Backup.exclude');
    assert.equal(said(exclude, 'd/a.log'), 'a.log in d/.s3backupignore 1');
    assert.equal(said(exclude, 'd/e/a.log'), 'backed up');
    assert.equal(said(exclude, 'b/c'), 'b in .s3backupignore 2');
    assert.equal(said(exclude, 'd/b/c'), 'backed up');
  });

  it('heeds the files of other programs where it is asked to, and ours after them', async () => {
    await writeTree(root, { '.gitignore': '*.o\n*.a\n', '.s3backupignore': '!x.o' });
    assert.equal(said(rules(), 'x.a'), 'backed up');
    const both = rules([], ['.gitignore']);
    assert.equal(said(both, 'x.a'), '*.a in .gitignore 2');
    assert.equal(said(both, 'x.o'), 'backed up');
  });

  it('backs up nothing below a folder whose file it cannot read', async function () {
    await writeTree(root, { 'd/.s3backupignore': Buffer.from([0x61, 0xff]), 'd/e/f': '', g: '' });
    const failure = 'ignore-file-unreadable d/.s3backupignore';
    for (const path of ['d/x', 'd/e/f', 'd/.s3backupignore']) {
      assert.equal(said(rules(), path), failure);
    }
    assert.equal(said(rules(), 'g'), 'backed up');
    assert.equal(said(rules(['d']), 'd/x'), 'd in s3Backup.exclude');
    writeFileSync(join(root, 'd/.s3backupignore'), 'x\n'.repeat(600_000));
    assert.equal(said(rules(), 'd/x'), failure);
    if (!posix) return;
    rmSync(join(root, 'd/.s3backupignore'));
    symlinkSync('nowhere', join(root, 'd/.s3backupignore'));
    assert.equal(said(rules(), 'd/x'), failure);
    rmSync(join(root, 'd/.s3backupignore'));
    execFileSync('mkfifo', [join(root, 'd/.s3backupignore')]);
    assert.equal(said(rules(), 'd/x'), failure);
  });

  it('says so of a file that this user may not read', async function () {
    if (nothingDenied !== undefined) this.skip();
    await writeTree(root, { '.s3backupignore': 'x' });
    chmodSync(join(root, '.s3backupignore'), 0);
    await asOrdinaryUser(folder.path, () => {
      assert.equal(said(rules(), 'y'), 'ignore-file-unreadable .s3backupignore');
      return Promise.resolve();
    });
  });

  it('follows a link to a file, and takes no folder for one', async function () {
    if (!posix) this.skip();
    await writeTree(root, { 'shared.txt': 'x', 'd/.s3backupignore/': '' });
    symlinkSync('shared.txt', join(root, '.s3backupignore'));
    assert.equal(said(rules(), 'd/x'), 'x in .s3backupignore 1');
    assert.equal(said(rules(), 'd/y'), 'backed up');
  });

  it('reads a file once, and again when it has changed', async () => {
    await writeTree(root, { 'd/.s3backupignore': 'x', 'd/e/f': '', 'g/h': '' });
    const exclude = rules();
    const path = 'd/.s3backupignore' as FilePath;
    assert.equal(said(exclude, 'd/e/x'), 'x in d/.s3backupignore 1');
    assert.equal(said(exclude, 'g/x'), 'backed up');
    writeFileSync(join(root, path), 'y');
    assert.equal(said(exclude, 'd/e/x'), 'x in d/.s3backupignore 1');
    assert.equal(exclude.forget(path), 'd');
    // Saved once more as it is, or told of twice.
    assert.equal(said(exclude, 'd/e/y'), 'y in d/.s3backupignore 1');
    assert.equal(exclude.forget(path), undefined);
    assert.equal(said(exclude, 'd/e/x'), 'backed up');
    assert.equal(said(exclude, 'd/e/y'), 'y in d/.s3backupignore 1');
    // A folder's event stands for all in it.
    rmSync(join(root, 'd'), { recursive: true });
    assert.equal(exclude.forget('d' as FilePath), 'd');
    assert.equal(said(exclude, 'd/e/y'), 'backed up');
    assert.equal(exclude.forget('d' as FilePath), undefined);
    for (const other of ['g', 'g/h', 'never/seen']) {
      assert.equal(exclude.forget(other as FilePath), undefined, other);
    }
  });

  /* Git, asked about the same files under the same rules. */

  // Beyond ASCII git counts bytes where a `?` here is a whole letter.
  const names = ['a', 'b', 'a.b', 'ab', 'a b', '#a', '!a', '[a]', 'a*', 'A', '.a', 'a '];
  const paths = fc
    .array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 })
    .map(segments => segments.join('/'));
  const words = [
    ...names,
    ...['*', '**', '?', '***', '*b', 'a*', '.*', '[ab]', '[!a]', '[a-c]*', '[[:alpha:]]', '\\a'],
    ...['\\*', '\\[a\\]', '[', '', ' ', 'a ', 'a\\ ', '[]a]', '[^a]b', '**a'],
  ];
  const lines = fc
    .record({
      begin: fc.constantFrom('', '', '', '!', '/', '!/', '#', '\\#', '\\!', '**/', ' '),
      middle: fc
        .array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 })
        .map(all => all.join('/')),
      end: fc.constantFrom('', '', '', '/', '/*', '/**', ' ', '\\ ', '//', '\\', '\\/'),
    })
    .map(({ begin, middle, end }) => begin + middle + end);
  const ignoreFile = fc
    .array(lines, { minLength: 1, maxLength: 5 })
    .chain(all => fc.constantFrom('\n', '\r\n').map(eol => all.join(eol) + eol));
  const worlds = fc.record({
    files: fc.uniqueArray(paths, { minLength: 1, maxLength: 8 }),
    setting: fc.array(lines, { maxLength: 3 }),
    own: ignoreFile,
    nested: fc.array(fc.tuple(paths, ignoreFile), { maxLength: 3 }),
  });

  function write(path: string, content: string): boolean {
    try {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
      return true;
    } catch {
      // A file stands where a folder is wanted, or the other way about.
      return false;
    }
  }

  function everything(above: FilePath = '' as FilePath): readonly FilePath[] {
    return readdirSync(join(root, above))
      .filter(name => name !== '.git')
      .flatMap(name => {
        const path = childPath(above, name);
        return statSync(join(root, path)).isDirectory() ? [path, ...everything(path)] : [path];
      });
  }

  function git(...parameters: readonly string[]): void {
    execFileSync('git', ['-C', root, ...parameters], { stdio: 'ignore', env: gitEnvironment });
  }

  function ignoredByGit(all: readonly FilePath[]): ReadonlySet<string> {
    try {
      const answer = execFileSync(
        'git',
        ['-C', root, 'check-ignore', '--no-index', '--stdin', '-z'],
        {
          input: all.map(path => `${path}\0`).join(''),
          env: gitEnvironment,
          stdio: ['pipe', 'pipe', 'ignore'],
        },
      );
      return new Set(answer.toString().split('\0').filter(Boolean));
    } catch (error) {
      assert.equal((error as { status?: number }).status, 1, 'Git says that nothing is ignored.');
      return new Set();
    }
  }

  const gitEnvironment = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  };

  it('rules out just what git does, with the same files and patterns', async function () {
    if (process.platform !== 'linux') this.skip();
    this.timeout(120_000);
    git('init', '-q');
    await assertProperty(
      fc.asyncProperty(worlds, async ({ files, setting, own, nested }) => {
        for (const name of readdirSync(root)) {
          if (name !== '.git') rmSync(join(root, name), { recursive: true });
        }
        for (const path of files) write(path, '');
        write('.gitignore', own);
        for (const [path, content] of nested) write(`${path}/.gitignore`, content);
        write('.git/info/exclude', setting.join('\n'));
        const all = everything();
        const byGit = ignoredByGit(all);
        const assertAsGit = (exclude: ExcludeRules): void => {
          for (const path of all) {
            const kind = statSync(join(root, path)).isDirectory() ? 'folder' : 'file';
            assert.equal(said(exclude, path, kind) !== 'backed up', byGit.has(path), path);
          }
        };
        assertAsGit(rules([], ['.gitignore']));
        // The setting counts as much as the repository's own list does.
        write('.git/info/exclude', '');
        assertAsGit(rules(setting, ['.gitignore']));
        return Promise.resolve();
      }),
      { numRuns: 150 },
    );
  });
});
