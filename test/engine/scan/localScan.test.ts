import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs, {
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { mock } from 'node:test';

import { ExcludeRules } from '../../../src/engine/scan/exclude';
import { isSameState } from '../../../src/engine/disk/localFile';
import { statAlong, statAt, scanLocal, type LocalEntry } from '../../../src/engine/scan/localScan';
import { pathOf } from '../../../src/engine/compare/join';
import type { FilePath } from '../../../src/protocol/folders';
import { writeTree } from '../../support/disk/localTree';
import { asOrdinaryUser, nothingDenied } from '../../support/disk/ordinaryUser';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

const posix = process.platform !== 'win32';
const exclude = new ExcludeRules(['.git', 'node_modules', '*.log']);

async function scan(
  root: string,
  start = '',
  signal: AbortSignal = new AbortController().signal,
): Promise<Map<string, LocalEntry>> {
  const found = new Map<string, LocalEntry>();
  for await (const batch of scanLocal({ root, start: start as FilePath, exclude, signal })) {
    for (const entry of batch) {
      const path = entry.kind === 'folder' ? entry.path : pathOf(entry);
      const before = found.get(path);
      // A folder is named when it is found, and once more where it then cannot be read.
      assert.ok(before === undefined || before.kind === 'folder', `${path} was found twice`);
      found.set(path, entry);
    }
  }
  return found;
}

/** What a scan found, in words. */
function inWords(found: ReadonlyMap<string, LocalEntry>): Record<string, string> {
  const words = [...found].map(([path, entry]) => {
    switch (entry.kind) {
      case 'ignored':
        return [path, `ignored ${entry.because.kind}${entry.isFolder ? ' folder' : ''}`];
      case 'unreadable':
        return [path, `${entry.failure.code}${entry.isFolder ? ' folder' : ''}`];
      default:
        return [path, entry.kind];
    }
  });
  return Object.fromEntries(words) as Record<string, string>;
}

describe('localScan', () => {
  let folder: TemporaryFolder;
  let root: string;
  beforeEach(async () => {
    folder = await temporaryFolder('scan');
    root = join(folder.path, 'project');
    mkdirSync(root);
  });
  afterEach(async () => {
    mock.restoreAll();
    await folder.remove();
  });

  /** Names of one file, which cost little to make. */
  function writeManyFiles(count: number): void {
    writeFileSync(join(root, '0'), '');
    for (let n = 1; n < count; n++) linkSync(join(root, '0'), join(root, String(n)));
  }

  it('finds files, empty folders and deep trees', async () => {
    const deep = Array.from({ length: 60 }, (_, level) => `d${String(level)}`).join('/');
    await writeTree(root, { 'a.txt': 'a', 'sub/b': '', 'empty/': '', [`${deep}/c`]: 'c' });
    const found = inWords(await scan(root));
    assert.equal(found['a.txt'], 'file');
    assert.equal(found['sub/b'], 'file');
    assert.equal(found['empty'], 'folder');
    assert.equal(found[`${deep}/c`], 'file');
    assert.equal(Object.keys(found).length, 3 + 1 + 1 + 60);
  });

  it('names an excluded folder once and does not walk into it', async () => {
    await writeTree(root, {
      'node_modules/a/b.js': '',
      'sub/node_modules/c.js': '',
      '.git/HEAD': '',
      '.github/ci.yml': '',
      'x.log': '',
    });
    assert.deepEqual(inWords(await scan(root)), {
      node_modules: 'ignored rule folder',
      sub: 'folder',
      'sub/node_modules': 'ignored rule folder',
      '.git': 'ignored rule folder',
      '.github': 'folder',
      '.github/ci.yml': 'file',
      'x.log': 'ignored rule',
    });
  });

  it('gives sizes, nanoseconds and inodes, and tells states apart by them', async () => {
    await writeTree(root, { a: 'four' }, 1_700_000_000_000);
    const one = statAt(root, 'a' as FilePath, exclude);
    assert.ok(one?.kind === 'file');
    assert.equal(one.file.size, 4);
    assert.equal(one.file.mtimeNs / 1_000_000n, 1_700_000_000_000n);
    assert.ok(isSameState(one.file, one.file));
    for (const change of [
      () => {
        chmodSync(join(root, 'a'), 0o600);
      },
      () => {
        writeFileSync(join(root, 'a'), 'five');
      },
      () => {
        writeFileSync(join(root, 'b'), 'four');
        renameSync(join(root, 'b'), join(root, 'a'));
      },
    ]) {
      const before = statAt(root, 'a' as FilePath, exclude);
      change();
      const after = statAt(root, 'a' as FilePath, exclude);
      assert.ok(before?.kind === 'file' && after?.kind === 'file');
      assert.ok(!isSameState(before.file, after.file));
    }
  });

  it('takes names as the disk has them', async function () {
    if (!posix) this.skip();
    const names = [
      '...',
      '..a',
      'a\\b',
      'a\nb',
      ' ',
      '\u{1F600}',
      'é',
      'e\u0301',
      '-rf',
      'a:b',
      '%41',
    ];
    await writeTree(root, Object.fromEntries(names.map(name => [`d ir/${name}`, name])));
    const found = await scan(root);
    assert.deepEqual(
      [...found.keys()].sort(),
      ['d ir', ...names.map(name => `d ir/${name}`)].sort(),
    );
    for (const name of names) {
      const entry = found.get(`d ir/${name}`);
      assert.ok(entry?.kind === 'file' && entry.file.size === Buffer.byteLength(name), name);
    }
  });

  it('cannot check names that are not Unicode, and tells each of them from all others', async function () {
    const odd = Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]);
    try {
      writeFileSync(odd, 'x');
    } catch {
      this.skip(); // This disk takes Unicode only.
    }
    mkdirSync(Buffer.concat([Buffer.from(`${root}/dir`), Buffer.from([0xff])]));
    // A valid name that is spelled as the odd one is shown.
    writeFileSync(join(root, 'caf\\xe9'), 'y');
    const found = inWords(await scan(root));
    const codes = Object.values(found).sort();
    assert.deepEqual(codes, ['file', 'name-not-unicode', 'name-not-unicode folder']);
  });

  it('names links and never follows them', async function () {
    if (!posix) this.skip();
    await writeTree(folder.path, { 'outside/secret': 's' });
    await writeTree(root, { file: 'f', 'dir/x': 'x' });
    symlinkSync('file', join(root, 'to-file'));
    symlinkSync('dir', join(root, 'to-folder'));
    symlinkSync('.', join(root, 'dir', 'loop'));
    symlinkSync(join(folder.path, 'outside'), join(root, 'outside'));
    symlinkSync('nowhere', join(root, 'broken'));
    symlinkSync('self', join(root, 'self'));
    symlinkSync('dir', join(root, 'node_modules'));
    linkSync(join(root, 'file'), join(root, 'hard'));
    assert.deepEqual(inWords(await scan(root)), {
      file: 'file',
      hard: 'file',
      dir: 'folder',
      'dir/x': 'file',
      'dir/loop': 'ignored link',
      'to-file': 'ignored link',
      'to-folder': 'ignored link',
      outside: 'ignored link',
      broken: 'ignored link',
      self: 'ignored link',
      node_modules: 'ignored rule',
    });
  });

  it('does not open pipes, sockets and devices', async function () {
    if (!posix) this.skip();
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const server = createServer();
    await new Promise<void>(listening => server.listen(join(root, 'socket'), listening));
    try {
      assert.deepEqual(inWords(await scan(root)), {
        pipe: 'ignored special-file',
        socket: 'ignored special-file',
      });
    } finally {
      server.close();
    }
  });

  it('walks a workspace folder that is itself a link', async function () {
    if (!posix) this.skip();
    await writeTree(root, { a: 'a' });
    const link = join(folder.path, 'link');
    symlinkSync(root, link);
    assert.deepEqual(inWords(await scan(link)), { a: 'file' });
    assert.deepEqual(inWords(await scan(link, 'a')), { a: 'file' });
  });

  it('names a folder that cannot be read, and nothing below it', async function () {
    if (nothingDenied !== undefined) this.skip();
    await writeTree(root, { 'secret/a': 'a', 'open/b': 'b', 'listed/c': 'c', mode0: '0' });
    chmodSync(join(root, 'secret'), 0);
    chmodSync(join(root, 'listed'), 0o444);
    chmodSync(join(root, 'mode0'), 0);
    await asOrdinaryUser(folder.path, async () => {
      const found = inWords(await scan(root));
      // Whose mode is 0 can still be looked at; reading it is what fails, later.
      assert.deepEqual(found, {
        open: 'folder',
        'open/b': 'file',
        secret: 'not-readable folder',
        mode0: 'file',
        listed: 'folder',
        'listed/c': 'not-readable',
      });
    });
    chmodSync(join(root, 'secret'), 0o755);
    chmodSync(join(root, 'listed'), 0o755);
  });

  it('fails where the folder itself cannot be read', async function () {
    if (nothingDenied !== undefined) this.skip();
    chmodSync(root, 0);
    await asOrdinaryUser(folder.path, async () => {
      await assert.rejects(scan(root), { code: 'not-readable', subject: root });
    });
    chmodSync(root, 0o755);
  });

  it('begins at a file, at a folder, and at what stands for a start below it', async function () {
    await writeTree(root, { 'd/e/f': 'f', 'd/g': 'g', 'node_modules/m/n.js': 'n', x: 'x' });
    assert.deepEqual(inWords(await scan(root, 'd/e/f')), { 'd/e/f': 'file' });
    assert.deepEqual(inWords(await scan(root, 'd/e')), { 'd/e': 'folder', 'd/e/f': 'file' });
    assert.deepEqual(inWords(await scan(root, 'node_modules/m/n.js')), {
      node_modules: 'ignored rule folder',
    });
    await assert.rejects(scan(root, 'gone'), { code: 'file-vanished', subject: 'gone' });
    await assert.rejects(scan(root, 'gone/deep'), { code: 'file-vanished' });
    await assert.rejects(scan(root, 'x/below-a-file'), { code: 'file-vanished' });
    await assert.rejects(scan(join(root, 'no-root')), { code: 'file-vanished' });
    if (!posix) return;
    symlinkSync('d', join(root, 'link'));
    assert.deepEqual(inWords(await scan(root, 'link/e/f')), { link: 'ignored link' });
    assert.deepEqual(inWords(await scan(root, 'link')), { link: 'ignored link' });
  });

  it('looks along a path for what stands in its way', async () => {
    await writeTree(root, { 'd/f': 'f', 'node_modules/x/y': 'y' });
    const look = (path: string) => statAlong(root, path as FilePath, exclude);
    assert.equal(look('d/f')?.kind, 'file');
    assert.equal(look('d')?.kind, 'folder');
    assert.equal(look('d/f/x'), undefined);
    assert.equal(look('nothing/x'), undefined);
    const ignored = look('node_modules/x/y');
    assert.ok(ignored?.kind === 'ignored' && ignored.path === 'node_modules');
  });

  it('passes over what vanishes while it walks', async () => {
    const tree = Object.fromEntries(
      Array.from({ length: 200 }, (_, n) => [`d${String(n)}/f`, ''] as const),
    );
    await writeTree(root, tree);
    const signal = new AbortController().signal;
    let removed = false;
    for await (const batch of scanLocal({ root, start: '' as FilePath, exclude, signal })) {
      assert.ok(batch.length > 0);
      if (!removed) rmSync(root, { recursive: true });
      removed = true;
    }
  });

  /** Whoever looks at the clock finds that a millisecond has passed, on any machine. */
  function letTimePass(): void {
    let now = 0;
    mock.method(performance, 'now', () => now++);
  }

  it('stops soon after it is cancelled, even in a large folder', async () => {
    writeManyFiles(5_000);
    letTimePass();
    const controller = new AbortController();
    let seen = 0;
    const walk = async () => {
      for await (const batch of scanLocal({
        root,
        start: '' as FilePath,
        exclude,
        signal: controller.signal,
      })) {
        seen += batch.length;
        controller.abort();
      }
    };
    await assert.rejects(walk(), { code: 'cancelled' });
    // What four milliseconds hold.
    assert.ok(seen > 0 && seen <= 5, `${String(seen)} seen`);
  });

  it('reads a large folder piece by piece, and no further once it is cancelled', async () => {
    writeManyFiles(2_000);
    letTimePass();
    const open = fs.opendirSync;
    let read = 0;
    let closed = 0;
    const counting = (...args: Parameters<typeof open>) => {
      const directory = open(...args);
      const readSync = directory.readSync.bind(directory);
      const closeSync = directory.closeSync.bind(directory);
      return Object.assign(directory, {
        readSync() {
          read++;
          return readSync();
        },
        closeSync() {
          closed++;
          closeSync();
        },
      });
    };
    mock.method(fs, 'opendirSync', counting);
    const controller = new AbortController();
    const { signal } = controller;
    const walk = async () => {
      for await (const batch of scanLocal({ root, start: '' as FilePath, exclude, signal })) {
        assert.ok(batch.length > 0);
        controller.abort();
      }
    };
    await assert.rejects(walk(), { code: 'cancelled' });
    assert.ok(read > 0 && read <= 5, `${String(read)} read`);
    assert.equal(closed, 1);
  });

  it('leaves the thread free while it walks', async () => {
    writeManyFiles(300);
    letTimePass();
    let turns = 0;
    let walking = true;
    const count = () => {
      turns++;
      if (walking) setImmediate(count);
    };
    setImmediate(count);
    assert.equal((await scan(root)).size, 300);
    walking = false;
    // One at least for every four milliseconds.
    assert.ok(turns >= 300 / 5, `${String(turns)} turns`);
  });
});
