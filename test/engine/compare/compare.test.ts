import assert from 'node:assert/strict';
import { chmodSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Bucket } from '../../../src/engine/ports/bucket';
import { compareFolder, type CompareRequest } from '../../../src/engine/compare/compare';
import { ExcludeRules } from '../../../src/engine/scan/exclude';
import { Failure } from '../../../src/engine/failures/failure';
import type { FilePath } from '../../../src/protocol/folders';
import { writeTree } from '../../support/disk/localTree';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { noReceipts } from '../../support/memory/recordsInMemory';
import { asOrdinaryUser, nothingDenied } from '../../support/disk/ordinaryUser';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import type { Finding } from '../../../src/engine/compare/finding';

const storedAt = 1_700_000_000_000;
const before = storedAt - 60_000;
const after = storedAt + 60_000;

describe('compare', () => {
  let folder: TemporaryFolder;
  let root: string;
  let bucket: MemoryBucket;
  beforeEach(async () => {
    folder = await temporaryFolder('compare');
    root = folder.path;
    bucket = memoryBucket();
  });
  afterEach(() => folder.remove());

  function place(path: string, content: string, etag?: string): void {
    bucket.place(`w/${path}`, content, {
      modifiedAtMs: storedAt,
      ...(etag !== undefined && { etag }),
    });
  }

  async function compare(changed: Partial<CompareRequest> = {}) {
    const result = await compareFolder({
      root,
      bucket,
      prefix: 'w/',
      starts: ['' as FilePath],
      exclude: new ExcludeRules(['node_modules']),
      rule: 'smart',
      receipts: noReceipts(),
      signal: new AbortController().signal,
      ...changed,
    });
    const findings = [...result.findings];
    return { ...result, findings, words: inWords(findings) };
  }

  function inWords(findings: readonly Finding[]): Record<string, string> {
    const words = findings.map(({ path, verdict }) => {
      switch (verdict.kind) {
        case 'out-of-date':
        case 'changed-in-cloud':
          return [path, `${verdict.kind} ${verdict.because}`];
        case 'up-to-date':
          return [path, `${verdict.kind} ${verdict.proof}`];
        case 'unchecked':
          return [path, `${verdict.kind} ${verdict.failure.code}`];
        case 'ignored':
          return [path, `${verdict.kind} ${verdict.because.kind} ${String(verdict.hiddenCopies)}`];
        default:
          return [path, verdict.kind];
      }
    });
    assert.equal(new Set(findings.map(({ path }) => path)).size, findings.length);
    return Object.fromEntries(words) as Record<string, string>;
  }

  it('puts every path of both sides into its group', async () => {
    await writeTree(root, { old: 'same', 'd/conflict': 'short', 'node_modules/x': '' }, before);
    await writeTree(
      root,
      { new: 'n', equal: 'same', edited: 'one', grown: 'longer', odd: 'odd' },
      after,
    );
    place('old', 'same');
    place('d/conflict', 'longer');
    place('equal', 'same');
    place('edited', 'two');
    place('grown', 'long');
    place('odd', 'odd', '0123456789abcdef0123456789abcdef-2');
    place('gone/from/here', 'g');
    place('node_modules/y', 'y');
    place('d', 'a file there');
    place('marker/', '');
    const { words, incomplete } = await compare();
    assert.equal(incomplete, undefined);
    assert.deepEqual(words, {
      old: 'up-to-date name-and-time',
      'd/conflict': 'changed-in-cloud newer-there',
      new: 'missing-in-cloud',
      equal: 'up-to-date content',
      edited: 'out-of-date content',
      grown: 'out-of-date size',
      odd: 'out-of-date not-comparable',
      'gone/from/here': 'only-in-cloud',
      node_modules: 'ignored rule 1',
      d: 'ignored namesake-is-folder 1',
      'marker/': 'ignored not-a-path 1',
    });
    // Lists alone, but for the two whose ETag could not settle it.
    const asked = bucket.calls.filter(({ operation }) => operation !== 'list');
    assert.deepEqual(asked.map(({ operation, key }) => `${operation} ${key}`).sort(), [
      'head w/edited',
      'head w/odd',
    ]);
  });

  it('compares a large file by its content', async () => {
    const content = 'x'.repeat(3_000_001);
    await writeTree(root, { equal: content, other: `${content.slice(1)}y` }, after);
    place('equal', content);
    place('other', content);
    const { words } = await compare();
    assert.deepEqual(words, { equal: 'up-to-date content', other: 'out-of-date content' });
  });

  it('compares one folder or one file alone', async () => {
    await writeTree(root, { 'src/a': 'a', 'src-old/b': 'b', c: 'c' }, before);
    place('src/only', 'o');
    place('src-old/b', 'b');
    assert.deepEqual((await compare({ starts: ['src' as FilePath] })).words, {
      'src/a': 'missing-in-cloud',
      'src/only': 'only-in-cloud',
    });
    assert.deepEqual((await compare({ starts: ['c' as FilePath] })).words, {
      c: 'missing-in-cloud',
    });
  });

  it('says what stands for a start below an ignored folder or a link', async () => {
    await writeTree(root, { 'node_modules/a/b': '', 'real/x': '' });
    symlinkSync('real', join(root, 'link'));
    place('node_modules/a/c', '');
    place('link/x', '');
    assert.deepEqual((await compare({ starts: ['node_modules/a' as FilePath] })).words, {
      node_modules: 'ignored rule 1',
    });
    assert.deepEqual((await compare({ starts: ['link/x' as FilePath] })).words, {
      link: 'ignored link 1',
    });
  });

  it('cannot check what it cannot read, and calls nothing below it missing or only in the cloud', async function () {
    if (nothingDenied !== undefined) this.skip();
    await writeTree(root, { 'secret/a': 'a', unread: 'same' }, after);
    place('secret/a', 'a');
    place('secret/b/c', 'c');
    place('unread', 'same');
    chmodSync(join(root, 'secret'), 0);
    chmodSync(join(root, 'unread'), 0);
    await asOrdinaryUser(root, async () => {
      assert.deepEqual((await compare()).words, {
        secret: 'unchecked not-readable',
        'secret/a': 'unchecked not-readable',
        'secret/b/c': 'unchecked not-readable',
        unread: 'unchecked not-readable',
      });
    });
    chmodSync(join(root, 'secret'), 0o755);
  });

  it('fails where not even the first page of the listing can be had', async () => {
    await writeTree(root, { a: 'a' });
    bucket.failNext('list', new Failure('access-denied', 'memory'));
    await assert.rejects(compare(), { code: 'access-denied' });
  });

  it('calls nothing missing that a listing which broke off did not return', async () => {
    for (let n = 0; n < 1_001; n++) place(`f${String(n).padStart(4, '0')}`, 'x');
    await writeTree(root, { f0000: 'x', f1000: 'x', z: 'z' }, before);
    bucket.failNext('list', new Failure('unreachable', 'endpoint'), { after: 1 });
    const { words, incomplete } = await compare();
    assert.equal(incomplete?.code, 'unreachable');
    assert.equal(words['f0000'], 'up-to-date name-and-time');
    assert.equal(words['f1000'], 'unchecked unreachable');
    assert.equal(words['z'], 'unchecked unreachable');
    assert.equal(words['f0001'], 'only-in-cloud');
    assert.ok(!Object.values(words).includes('missing-in-cloud'));
  });

  it('stops the listing where the scan fails, and says why the scan failed', async () => {
    let stopped = 0;
    const endless: Bucket = {
      ...bucket,
      clockOffsetMs: 0,
      // eslint-disable-next-line require-yield -- It ends in no other way than by being stopped.
      async *list({ signal }) {
        if (!signal.aborted) {
          await new Promise(resolve => {
            signal.addEventListener('abort', resolve);
          });
        }
        stopped++;
        throw new Failure('cancelled', 'memory');
      },
    };
    const gone = { root: join(root, 'gone'), bucket: endless };
    await assert.rejects(compare(gone), { code: 'file-vanished' });
    await assert.rejects(compare({ starts: ['gone' as FilePath], bucket: endless }), {
      code: 'file-vanished',
    });
    assert.equal(stopped, 2);
  });

  it('stops both sides soon after it is cancelled', async () => {
    await writeTree(root, { a: 'a' });
    const hold = bucket.holdNext('list');
    const controller = new AbortController();
    const comparing = compare({ signal: controller.signal });
    await hold.reached;
    controller.abort();
    await assert.rejects(comparing, { code: 'cancelled' });
  });

  it('stops hashing soon after it is cancelled', async () => {
    const content = 'x'.repeat(4 << 20);
    await writeTree(root, { a: content, b: content }, after);
    place('a', content);
    place('b', content);
    const controller = new AbortController();
    const comparing = compare({
      signal: controller.signal,
      onProgress: (_local, cloud) => {
        if (cloud === 2) controller.abort();
      },
    });
    await assert.rejects(comparing, { code: 'cancelled' });
  });

  it('tells its numbers and its attempts', async () => {
    await writeTree(root, { a: 'a', b: 'b' });
    place('a', 'a');
    const numbers: (readonly [number, number])[] = [];
    await compare({ onProgress: (local, cloud) => numbers.push([local, cloud]) });
    assert.deepEqual(numbers.at(-1), [2, 1]);
  });

  /** The bucket, with something happening to the folder when the listing has ended. */
  function whenListed(event: () => void): Bucket {
    return {
      ...bucket,
      clockOffsetMs: 0,
      async *list(request) {
        yield* bucket.list(request);
        // The scan's own turn comes first.
        for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve));
        event();
      },
    };
  }

  it('judges a file by what became of it before it was hashed', async () => {
    await writeTree(root, { gone: 'x', edited: 'x', folder: 'x' }, after);
    for (const name of ['gone', 'edited', 'folder']) place(name, 'x');
    const { words, findings } = await compare({
      bucket: whenListed(() => {
        rmSync(join(root, 'gone'));
        writeFileSync(join(root, 'edited'), 'y');
        rmSync(join(root, 'folder'));
        symlinkSync('nowhere', join(root, 'folder'));
      }),
    });
    assert.equal(words['gone'], 'only-in-cloud');
    assert.equal(words['edited'], 'out-of-date changed-since-comparison');
    assert.equal(words['folder'], 'unchecked not-a-file');
    assert.equal(findings.find(({ path }) => path === 'gone')?.local, undefined);
  });

  it('does not call a file equal whose bytes were replaced between two looks', async () => {
    await writeTree(root, { a: 'new' }, after);
    place('a', 'old');
    const { words } = await compare({
      bucket: whenListed(() => {
        // The bytes of the copy, with the dates of the file that was scanned.
        writeFileSync(join(root, 'a'), 'old');
        utimesSync(join(root, 'a'), after / 1000, after / 1000);
      }),
    });
    assert.equal(words['a'], 'out-of-date changed-since-comparison');
  });

  it('trusts no times where the store’s clock is far from this one', async () => {
    await writeTree(root, { same: 'same', other: 'one' }, before);
    const skewed = memoryBucket({ now: () => Date.now() + 60_000 });
    for (const [path, content] of [
      ['same', 'same'],
      ['other', 'two'],
    ] as const) {
      skewed.place(`w/${path}`, content, { modifiedAtMs: storedAt });
    }
    const { words } = await compare({ bucket: skewed });
    assert.deepEqual(words, { same: 'up-to-date content', other: 'out-of-date content' });
  });
});
