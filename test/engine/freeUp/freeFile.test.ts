import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open, truncate, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';

import type { Bucket, ByteRange, ListedObject } from '../../../src/engine/ports/bucket';
import { Failure } from '../../../src/engine/failures/failure';
import { crc64NvmeOf } from '../../../src/engine/checksums/crc64nvme';
import { freeFile } from '../../../src/engine/freeUp/freeFile';
import type { FreeUpStep } from '../../../src/engine/freeUp/freeUpStep';
import { toLocalFile } from '../../../src/engine/disk/localFile';
import { newStagedFile } from '../../../src/engine/disk/stagedFile';
import { isSameReading } from '../../../src/engine/records/receipts';
import { recoverStagedFiles } from '../../../src/engine/staging/recoverStagedFiles';
import type { FailureCode } from '../../../src/protocol/failures';
import type { FilePath } from '../../../src/protocol/folders';
import type { FreeUpMethod } from '../../../src/protocol/freeUp';
import type { FullDiskFreeing } from '../../support/processes/freeUpFullDiskWorker';
import { hookDisk, type DiskMoment } from '../../support/disk/diskHooks';
import { freeUpUnderTest, type FreeUpUnderTest } from '../../support/memory/freeUpUnderTest';
import { memoryBucket, type MemoryBucket } from '../../support/memory/memoryBucket';
import { notedAttributes } from '../../support/disk/notedAttributes';
import { asOrdinaryUser, nothingDenied } from '../../support/disk/ordinaryUser';
import { onSmallDisk } from '../../support/disk/smallDisk';
import { assertProperty } from '../../support/suite/assertProperty';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';

const day = 86_400_000;
const ways: readonly FreeUpMethod[] = ['delete', 'trash'];

describe('Freeing a local file', () => {
  let folder: TemporaryFolder;
  let bucket: MemoryBucket;
  let under: FreeUpUnderTest;
  let step: FreeUpStep;
  let restoreDisk: (() => void) | undefined;

  beforeEach(async () => {
    folder = await temporaryFolder('free');
    bucket = memoryBucket();
    await start();
  });
  afterEach(async () => {
    restoreDisk?.();
    restoreDisk = undefined;
    under.close();
    await folder.remove();
  });

  async function start(changed: Parameters<typeof freeUpUnderTest>[2] = {}): Promise<void> {
    under = freeUpUnderTest(folder.path, bucket, changed);
    bucket.remove('w/a.txt');
    step = await under.backedUp('a.txt', 'mine');
  }

  const absolute = (name = 'a.txt') => join(under.root, name);
  const free = (way: FreeUpMethod, tools = under.tools) => freeFile(step, way, tools);

  /** Somebody else acts at the first such moment. */
  function atMoment(wanted: DiskMoment, act: () => Promise<void> | void): void {
    let isOver = false;
    const { restore } = hookDisk(moment => {
      if (moment !== wanted || isOver) return;
      isOver = true;
      return act();
    });
    restoreDisk = restore;
  }

  /** Whatever the upload has noted of the file, but for this. */
  function changeNote(note: Readonly<Record<string, string>>): void {
    const { metadata } = notedAttributes(absolute());
    bucket.change('w/a.txt', { metadata: { ...metadata, ...note } });
  }

  /** Proved, as far as this computer knows, under another ETag. */
  function noteEtag(etag: string): void {
    const receipt = under.receipts.get(step.path);
    assert.ok(receipt !== undefined);
    under.receipts.put({ ...receipt, etag });
    step = { ...step, copy: { ...step.copy, etag } };
  }

  /** The store tells nothing of the copy's bytes but this. */
  function knownBy(algorithm: 'sha256' | 'crc64nvme', value: string): void {
    const checksums = [{ algorithm, type: 'full-object', value }] as const;
    bucket.change('w/a.txt', { etag: 'no-digest-2', checksums });
    noteEtag('no-digest-2');
  }

  /** Lists say this of each copy. */
  function listWith(differing: Partial<ListedObject>): void {
    const listing: Bucket = {
      ...bucket,
      async *list(request) {
        for await (const page of bucket.list(request)) {
          yield page.map(object => ({ ...object, ...differing }));
        }
      },
    };
    step = { ...step, route: { ...step.route, bucket: listing } };
  }

  /** What is read of copies from now on; `undefined` stands for a whole one. */
  function rangesRead(): readonly (ByteRange | undefined)[] {
    const ranges: (ByteRange | undefined)[] = [];
    const watched: Bucket = {
      ...bucket,
      get: request => {
        ranges.push(request.range);
        return bucket.get(request);
      },
    };
    step = { ...step, route: { ...step.route, bucket: watched } };
    return ranges;
  }

  async function isRefused(
    way: FreeUpMethod,
    code: FailureCode,
    tools = under.tools,
  ): Promise<void> {
    await assert.rejects(free(way, tools), (error: unknown) => {
      assert.ok(error instanceof Failure, String(error));
      assert.equal(error.code, code, String(error.cause));
      assert.equal(error.subject, 'a.txt');
      return true;
    });
  }

  it('deletes what is in the cloud, and leaves neither a trace nor a note', async () => {
    const { local, copy } = await free('delete');
    assert.deepEqual(await under.contents(), {});
    assert.equal(local.path, 'a.txt');
    assert.equal(copy.etag, under.receipts.get('a.txt' as FilePath)?.etag);
    assert.equal(bucket.bytes('w/a.txt')?.toString(), 'mine');
    await under.restart();
    assert.deepEqual(await under.contents(), {});
    assert.deepEqual(under.trashed, []);
  });

  it('moves what is in the cloud to the trash, under its own name', async () => {
    await free('trash');
    assert.deepEqual(await under.contents(), {});
    assert.deepEqual(under.trashed, [absolute()]);
  });

  /** What speaks against it before it begins. */
  const objections: readonly {
    readonly name: string;
    readonly code: FailureCode;
    readonly arrange: () => Promise<void> | void;
  }[] = [
    {
      name: 'there is no receipt',
      code: 'not-proved',
      arrange: () => {
        under.receipts.forget(step.path);
      },
    },
    {
      name: 'the receipt is about another copy than the one that was shown',
      code: 'not-proved',
      arrange: () => {
        step = { ...step, copy: { ...step.copy, etag: 'other' } };
      },
    },
    {
      name: 'the cloud copy was deleted',
      code: 'no-such-key',
      arrange: () => {
        bucket.remove('w/a.txt');
      },
    },
    {
      name: 'the cloud copy was replaced',
      code: 'copy-differs',
      arrange: () => {
        bucket.place('w/a.txt', 'else');
      },
    },
    {
      name: 'the store has another checksum',
      code: 'copy-differs',
      arrange: () => {
        const value = Buffer.from([1, 2, 3, 4]).toString('base64');
        bucket.place('w/a.txt', 'mine', {
          etag: step.copy.etag,
          checksums: [{ algorithm: 'crc32', type: 'full-object', value }],
        });
      },
    },
    {
      name: 'the cloud copy is about to expire',
      code: 'copy-expires',
      arrange: () => {
        bucket.place('w/a.txt', 'mine', { expiresAt: Date.now() + 29 * day });
      },
    },
    {
      name: 'the cloud copy has gone into an archive',
      code: 'archived',
      arrange: () => {
        bucket.place('w/a.txt', 'mine', { archive: { kind: 'archived' } });
      },
    },
    {
      name: 'the cloud copy is called back from its archive for some days',
      code: 'archived',
      arrange: () => {
        bucket.change('w/a.txt', {
          storageClass: 'DEEP_ARCHIVE',
          archive: { kind: 'restored', until: Date.now() + 31 * day },
        });
      },
    },
    {
      name: 'no list of the store shows the copy',
      code: 'not-listed',
      arrange: () => {
        bucket.hide('w/a.txt');
      },
    },
    {
      name: 'the key in the list is a guess',
      code: 'not-listed',
      arrange: () => {
        listWith({ fault: 'not-decodable' });
      },
    },
    {
      name: 'the list shows a copy of another size',
      code: 'not-listed',
      arrange: () => {
        const head = bucket.head.bind(bucket);
        const { size } = step.local;
        bucket.change('w/a.txt', { body: Buffer.from('mi') });
        const whole: Bucket = {
          ...bucket,
          head: async request => {
            const now = await head(request);
            return now && { ...now, size };
          },
        };
        step = { ...step, route: { ...step.route, bucket: whole } };
      },
    },
    {
      name: 'the list shows another copy of this size',
      code: 'not-listed',
      arrange: () => {
        listWith({ etag: 'other' });
      },
    },
    {
      name: 'the copy has another size under its ETag',
      code: 'copy-differs',
      arrange: () => {
        bucket.change('w/a.txt', { body: Buffer.from('mine and more'), checksums: [] });
      },
    },
    ...(['sha256', 'crc64nvme'] as const).map(algorithm => ({
      name: `the store has another ${algorithm}, and nothing else`,
      code: 'copy-differs' as const,
      arrange: () => {
        knownBy(algorithm, Buffer.alloc(algorithm === 'sha256' ? 32 : 8).toString('base64'));
      },
    })),
    ...(
      [
        ['is replaced', 'changed-in-cloud', 'copy-differs'],
        ['is deleted', 'no-such-key', 'no-such-key'],
        ['goes into an archive', 'archived', 'archived'],
        ['comes other than it was stored', 'not-as-stored', 'copy-unreadable'],
      ] as const
    ).map(([what, met, code]) => ({
      name: `the copy ${what} while it is read`,
      code,
      arrange: () => {
        bucket.failNext('get', new Failure(met, 'w/a.txt'));
      },
    })),
    {
      name: 'the copy may be asked about, but not read',
      code: 'copy-unreadable',
      arrange: () => {
        bucket.failNext('get', new Failure('access-denied', 'w/a.txt'));
      },
    },
    {
      name: 'the store cannot read the copy',
      code: 'copy-unreadable',
      arrange: () => {
        bucket.failNext('get', new Failure('store-error', 'w/a.txt'));
      },
    },
    {
      name: 'the bytes of the copy are damaged',
      code: 'copy-damaged',
      arrange: () => {
        bucket.change('w/a.txt', { body: Buffer.from('MINE') });
      },
    },
    {
      name: 'the bytes of a copy are damaged whose checksums tell nothing',
      code: 'copy-damaged',
      arrange: () => {
        bucket.change('w/a.txt', {
          body: Buffer.from('Mine'),
          etagIsOpaque: true,
          checksums: [],
        });
      },
    },
    {
      name: 'the checksum is only echoed, and the ETag is that of other bytes',
      code: 'copy-differs',
      arrange: () => {
        const etag = createHash('md5').update('else').digest('hex');
        bucket.change('w/a.txt', { etag });
        noteEtag(etag);
      },
    },
    {
      name: 'the copy notes another time',
      code: 'attributes-differ',
      arrange: () => {
        changeNote({ mtime: '1577836800.000000000' });
      },
    },
    {
      name: 'the copy was stored by a tool that notes no time',
      code: 'attributes-differ',
      arrange: () => {
        bucket.change('w/a.txt', { metadata: {} });
      },
    },
    {
      name: 'the copy notes another mode',
      code: 'attributes-differ',
      arrange: () => {
        changeNote({ mode: '100600' });
      },
    },
    {
      name: 'it may act as its owner, which does not come back',
      code: 'attributes-differ',
      arrange: () => {
        chmodSync(absolute(), 0o4755);
        changeNote({ mode: '104755' });
      },
    },
    {
      name: 'the store does not answer',
      code: 'unreachable',
      arrange: () => {
        bucket.failNext('head', new Failure('unreachable', 'a.txt'));
      },
    },
    {
      name: 'the file was changed, with its size and time kept',
      code: 'differs-here',
      arrange: () => {
        writeFileSync(absolute(), 'MINE');
      },
    },
    {
      name: 'the file has another name',
      code: 'hard-link',
      arrange: () => {
        linkSync(absolute(), join(folder.path, 'other name'));
      },
    },
    {
      name: 'a link took its place',
      code: 'not-a-file',
      arrange: () => {
        rmSync(absolute());
        writeFileSync(join(folder.path, 'elsewhere'), 'mine');
        symlinkSync(join(folder.path, 'elsewhere'), absolute());
      },
    },
  ];

  for (const way of ways) {
    for (const { name, code, arrange } of objections) {
      it(`refuses to ${way} where ${name}`, async () => {
        await arrange();
        const before = readFileSync(absolute(), 'utf8');
        await isRefused(way, code);
        assert.equal(readFileSync(absolute(), 'utf8'), before);
        await under.restart();
        assert.equal(readFileSync(absolute(), 'utf8'), before);
        assert.deepEqual(under.trashed, []);
      });
    }

    it(`refuses to ${way} what an editor has not saved, from the first moment to the last`, async () => {
      for (const unsavedAt of [1, 2]) {
        let asked = 0;
        const isUnsaved = () => Promise.resolve(++asked === unsavedAt);
        const editor = { ...under.tools.editor, isUnsaved };
        await isRefused(way, 'unsaved', { ...under.tools, editor });
        assert.equal(asked, unsavedAt);
        assert.deepEqual(await under.contents(), { 'a.txt': 'mine' });
      }
    });

    it(`proves nothing by the fields that have hidden a change when it was to ${way} the file`, async () => {
      const receipt = under.receipts.get(step.path);
      assert.ok(receipt !== undefined);
      const hashBegan = Date.now() + day;
      const sha256 = createHash('sha256').update('else').digest('hex');
      under.receipts.put({ ...receipt, sha256, hashBegan });
      await isRefused(way, 'differs-here');
      const now = toLocalFile(step.path, lstatSync(absolute(), { bigint: true }));
      const left = under.receipts.get(step.path);
      assert.ok(left !== undefined && !isSameReading(left, now));
    });

    it(`goes on to ${way} where the copy lasts longer than a month`, async () => {
      bucket.change('w/a.txt', { expiresAt: Date.now() + 31 * day });
      await free(way);
      assert.deepEqual(await under.contents(), {});
    });

    it(`reads one byte of the copy before it is to ${way}, where its checksum tells the rest`, async () => {
      const ranges = rangesRead();
      await free(way);
      assert.deepEqual(ranges, [{ start: 3, end: 4 }]);
      assert.deepEqual(await under.contents(), {});
    });

    it(`reads one byte before it is to ${way}, by whichever checksum the store has alone`, async () => {
      const bytes = Buffer.from('mine');
      const md5 = createHash('md5').update(bytes).digest('hex').toUpperCase();
      for (const know of [
        () => {
          knownBy('sha256', createHash('sha256').update(bytes).digest('base64'));
        },
        () => {
          knownBy('crc64nvme', crc64NvmeOf(bytes));
        },
        () => {
          bucket.change('w/a.txt', { etag: md5, checksums: [] });
          noteEtag(md5);
        },
      ]) {
        bucket.remove('w/a.txt');
        step = await under.backedUp('a.txt', 'mine');
        know();
        const ranges = rangesRead();
        await free(way);
        assert.deepEqual(ranges, [{ start: 3, end: 4 }]);
        assert.deepEqual(await under.contents(), {});
      }
    });

    it(`reads all of the copy before it is to ${way}, where nothing else tells of its bytes`, async () => {
      bucket.change('w/a.txt', { etag: 'no-digest-2', checksums: [] });
      noteEtag('no-digest-2');
      const ranges = rangesRead();
      await free(way);
      assert.deepEqual(ranges, [undefined]);
      assert.deepEqual(await under.contents(), {});
    });

    it(`asks for no byte of an empty copy before it is to ${way}`, async () => {
      bucket.remove('w/a.txt');
      step = await under.backedUp('a.txt', '');
      const ranges = rangesRead();
      await free(way);
      assert.deepEqual(ranges, []);
      assert.deepEqual(await under.contents(), {});
    });

    it(`stops reading the copy when it is cancelled while it would ${way}`, async () => {
      const cancel = new AbortController();
      const hold = bucket.holdNext('get');
      const freeing = free(way, { ...under.tools, signal: cancel.signal });
      await hold.reached;
      cancel.abort();
      await assert.rejects(freeing, { code: 'cancelled' });
      assert.deepEqual(await under.contents(), { 'a.txt': 'mine' });
    });

    it(`fails to ${way} what is no longer there, and notes nothing`, async () => {
      rmSync(absolute());
      await isRefused(way, 'file-vanished');
      await under.restart();
      assert.deepEqual(await under.contents(), {});
    });

    it(`stops reading when it is cancelled while it would ${way}`, async () => {
      await truncate(absolute(), 256 << 20);
      const cancel = new AbortController();
      let readAfterwards = -1;
      const tools = {
        ...under.tools,
        signal: cancel.signal,
        onBytes: () => {
          cancel.abort();
          readAfterwards++;
        },
      };
      await isRefused(way, 'cancelled', tools);
      assert.equal(readAfterwards, 0);
      assert.ok(existsSync(absolute()));
    });
  }

  /** When a write to the open file must still be noticed. */
  const untilTheLastLook: readonly DiskMoment[] = [
    'before rename',
    'after rename',
    'before open',
    'after open',
    'before read',
    'after read',
  ];

  describe('that is written to by somebody who has it open', () => {
    let handle: FileHandle;

    beforeEach(async () => {
      handle = await open(absolute(), 'r+');
    });
    afterEach(() => handle.close());

    const write = async () => {
      await handle.write('MINE', 0);
    };

    for (const way of ways) {
      const moments =
        way === 'delete'
          ? [...untilTheLastLook, 'before unlink' as const]
          : untilTheLastLook.slice(2);
      for (const moment of moments) {
        it(`keeps it when it is about to ${way}, ${moment}`, async () => {
          atMoment(moment, write);
          await isRefused(way, 'differs-here');
          assert.deepEqual(await under.contents(), { 'a.txt': 'MINE' });
        });
      }

      it(`keeps it when it is about to ${way}, while the store answers`, async () => {
        const hold = bucket.holdNext('head');
        const freeing = isRefused(way, 'differs-here');
        await hold.reached;
        await write();
        hold.release();
        await freeing;
        assert.deepEqual(await under.contents(), { 'a.txt': 'MINE' });
      });

      it(`keeps it when it is about to ${way}, after the last question`, async () => {
        let asked = 0;
        const isUnsaved = async () => {
          if (++asked === 2) await write();
          return false;
        };
        const tools = { ...under.tools, editor: { ...under.tools.editor, isUnsaved } };
        await isRefused(way, 'differs-here', tools);
        assert.deepEqual(await under.contents(), { 'a.txt': 'MINE' });
      });
    }
  });

  for (const way of ways) {
    it(`does not ${way} what lies behind a link that took a folder’s place`, async () => {
      step = await under.backedUp('sub/a.txt', 'mine');
      const elsewhere = join(folder.path, 'elsewhere');
      renameSync(absolute('sub'), elsewhere);
      symlinkSync(elsewhere, absolute('sub'));
      await assert.rejects(free(way), { code: 'not-a-file' });
      assert.equal(readFileSync(join(elsewhere, 'a.txt'), 'utf8'), 'mine');
    });
  }

  it('keeps both files where another one took the name of one that stays', async () => {
    atMoment('after rename', () => {
      writeFileSync(absolute(), 'new');
      bucket.remove('w/a.txt');
    });
    const kept: unknown = await free('delete').catch((error: unknown) => error);
    const both = 'both are kept';
    assert.ok(kept instanceof Failure && kept.code === 'kept-beside', both);
    const keptAs = String(kept.cause);
    assert.deepEqual(await under.contents(), { 'a.txt': 'new', [keptAs]: 'mine' }, both);
  });

  it('gives a file its name back in the folder that was renamed while it was examined', async () => {
    step = await under.backedUp('sub/b.txt', 'mine');
    atMoment('after read', () => {
      writeFileSync(join(absolute('sub'), 'beside'), '');
      renameSync(absolute('sub'), absolute('other'));
    });
    await assert.rejects(free('delete'), { code: 'file-vanished' });
    const left = await under.contents();
    assert.deepEqual(left, { 'a.txt': 'mine', 'other/b.txt': 'mine', 'other/beside': '' });
    await under.restart();
    assert.deepEqual(await under.contents(), left);
  });

  it('keeps a file on a full disk that was just written, and gives no part of one a name', async function () {
    const outcome = await onSmallDisk('freeUpFullDiskWorker', folder.path, '8m');
    if ('unavailable' in outcome) {
      this.test!.title += ` (${outcome.unavailable})`;
      this.skip();
    }
    const { fresh, rested, changed } = outcome.told as FullDiskFreeing;
    assert.deepEqual(fresh, { code: 'disk-full', isWhole: true });
    assert.deepEqual(rested, { code: 'freed', left: [] }, 'What frees a full disk may go.');
    assert.equal(changed.code, 'only-open');
    assert.deepEqual(changed.left, []);
    assert.ok(changed.isWholeThere, 'It is where the failure says.');
  });

  it('touches no file that took the name of one that goes', async () => {
    atMoment('after rename', () => {
      writeFileSync(absolute(), 'new');
    });
    await free('delete');
    assert.deepEqual(await under.contents(), { 'a.txt': 'new' });
  });

  it('names the file that could not be put back, and does it at the next start', async () => {
    bucket.remove('w/a.txt');
    atMoment('before link', () => {
      throw Object.assign(new Error('The disk is gone.'), { code: 'ENOENT' });
    });
    await isRefused('delete', 'not-put-back');
    assert.ok(!existsSync(absolute()));
    await under.restart();
    assert.deepEqual(await under.contents(), { 'a.txt': 'mine' });
  });

  it('says that the folder forbids it, and leaves the file', async function () {
    if (nothingDenied !== undefined) this.skip();
    // The journal is made by whoever may.
    const own = newStagedFile('displaced', under.root, step.path);
    under.tools.journal.begin(own);
    under.tools.journal.end(own);
    chmodSync(under.root, 0o555);
    await asOrdinaryUser(folder.path, () => isRefused('delete', 'not-removable'));
    assert.deepEqual(await under.contents(), { 'a.txt': 'mine' });
  });

  it('puts a file back that was displaced though the disk said it was not', async () => {
    atMoment('after rename', () => {
      throw Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' });
    });
    await isRefused('delete', 'disk-error');
    assert.deepEqual(await under.contents(), { 'a.txt': 'mine' });
  });

  it('says that the trash refused a file, which stays', async () => {
    const moveToTrash = () => Promise.resolve('no-trash' as const);
    const tools = { ...under.tools, editor: { ...under.tools.editor, moveToTrash } };
    await isRefused('trash', 'not-trashed', tools);
    assert.deepEqual(await under.contents(), { 'a.txt': 'mine' });
  });

  for (const moment of [
    'before rename',
    'after rename',
    'before open',
    'after open',
    'before read',
    'after read',
    'before unlink',
    'after unlink',
  ] as const) {
    it(`leaves the file there, or rightly gone, when it is killed: ${moment}`, async () => {
      const own = join(folder.path, 'killed');
      const child = fork(join(__dirname, '..', '..', 'support', 'processes', 'freeUpKilled.js'), [
        own,
        moment,
      ]);
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      assert.equal(signal, 'SIGKILL');
      const never = new AbortController().signal;
      await recoverStagedFiles(join(own, 'staging-journals'), () => undefined, never);
      const path = join(own, 'project', 'a.txt');
      if (moment === 'after unlink') assert.ok(!existsSync(path));
      else assert.equal(readFileSync(path, 'utf8'), 'mine');
    });
  }

  it('loses no bytes, whatever else happens in whatever order', async () => {
    const moments = [
      'before rename',
      'after rename',
      'after open',
      'after read',
      'before link',
      'before unlink',
    ];
    const happening = fc.record({
      moment: fc.constantFrom(...(moments as DiskMoment[]), 'asked 1', 'asked 2', 'head'),
      act: fc.constantFrom('write', 'create', 'lose copy', 'replace copy', 'cancel', 'disk error'),
    });
    await assertProperty(
      fc.asyncProperty(
        fc.constantFrom(...ways),
        fc.array(happening, { maxLength: 3 }),
        async (way, happenings) => {
          // What becomes of the copy after the store was asked cannot be known.
          const tooLate = ['asked 2', 'before unlink'];
          fc.pre(
            !happenings.some(each => each.act.endsWith('copy') && tooLate.includes(each.moment)),
          );
          under.close();
          rmSync(folder.path, { recursive: true, force: true });
          await start();
          const handle = await open(absolute(), 'r+');
          const cancel = new AbortController();
          let mine = 'mine';
          let created: string | undefined;
          const act = async (moment: string): Promise<void> => {
            for (const each of happenings.filter(happening => happening.moment === moment)) {
              switch (each.act) {
                case 'write':
                  await handle.write('MINE', 0);
                  mine = 'MINE';
                  break;
                case 'create':
                  if (existsSync(absolute())) break;
                  writeFileSync(absolute(), 'new');
                  created = 'new';
                  break;
                case 'lose copy':
                  bucket.remove('w/a.txt');
                  break;
                case 'replace copy':
                  bucket.place('w/a.txt', 'else');
                  break;
                case 'cancel':
                  cancel.abort();
                  break;
                case 'disk error':
                  // The file's own steps come first; a failing disk also fails to put it back.
                  throw Object.assign(new Error(), { code: 'EIO' });
              }
            }
          };
          const { restore } = hookDisk(act);
          let asked = 0;
          const isUnsaved = async () => {
            await act(`asked ${String(++asked)}`).catch(() => undefined);
            return false;
          };
          const looking: Bucket = {
            ...bucket,
            head: async request => {
              await act('head').catch(() => undefined);
              return bucket.head(request);
            },
          };
          const tools = {
            ...under.tools,
            signal: cancel.signal,
            editor: { ...under.tools.editor, isUnsaved },
          };
          try {
            await freeFile({ ...step, route: { ...step.route, bucket: looking } }, way, tools);
          } catch (error) {
            assert.ok(error instanceof Failure, String(error));
          } finally {
            restore();
            await handle.close();
          }
          await under.restart();
          const local = Object.values(await under.contents());
          const trash = under.trashed.map((_, index) =>
            readFileSync(join(folder.path, 'trash', String(index + 1)), 'utf8'),
          );
          const cloud = bucket.bytes('w/a.txt')?.toString();
          assert.ok([...local, ...trash, cloud].includes(mine), `${mine} is nowhere`);
          if (created !== undefined) assert.ok([...local, ...trash].includes(created));
        },
      ),
      { numRuns: 150 },
    );
  });
});
