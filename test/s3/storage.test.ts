import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import { setAwsVariables } from '../../dev/awsVariables';
import { Crc64Nvme } from '../../src/engine/checksums/crc64nvme';
import type { Engine } from '../../src/engine/session/engine';
import type { FilePath, FolderSetup } from '../../src/protocol/folders';
import type { Group } from '../../src/protocol/verdicts';
import type { State } from '../../src/protocol/state';
import type { Report } from '../../src/protocol/reports';
import { writeTree } from '../support/disk/localTree';
import { aFolder } from '../support/engine/aFolder';
import { startEngine } from '../support/engine/startEngine';
import { quirkyBucket, s3Error, type Quirks } from '../support/servers/quirkyAnswers';
import { startQuirkyStore, type QuirkyStore } from '../support/servers/quirkyStore';

const large = 'x'.repeat(9 << 20);

describe('What the settings ask of the store', function () {
  this.timeout(120_000);
  let store: QuirkyStore;
  let folder: TemporaryFolder;
  let engine: Engine;
  let restoreVariables: () => void;

  beforeEach(async () => {
    restoreVariables = setAwsVariables({ accessKeyId: 'K', secretAccessKey: 's' });
    store = await startQuirkyStore();
    folder = await temporaryFolder('storage');
    await mkdir(join(folder.path, 'here'));
    await writeTree(join(folder.path, 'here'), { small: 'small', large });
    engine = startEngine();
  });
  afterEach(async () => {
    engine.dispose();
    await store.stop();
    await folder.remove();
    restoreVariables();
  });

  function setupWith(settings: Readonly<Record<string, string>>): FolderSetup {
    const root = join(folder.path, 'here');
    const place = { endpoint: store.endpoint, region: 'us-east-1', forcePathStyle: true };
    return aFolder({
      id: pathToFileURL(root).href,
      root,
      bucket: quirkyBucket,
      settings: { ...place, ...settings },
    });
  }

  async function backUp(setup: FolderSetup): Promise<Report> {
    await engine.compare([setup], signal());
    const folders = [{ setup, scope: { kind: 'all' } as const }];
    const { planId } = await engine.planBackUp({ folders }, signal());
    return engine.run(planId, signal());
  }

  function pathsIn(setup: FolderSetup, group: Group): readonly string[] {
    const node = { folder: setup.id, group, path: '' as FilePath };
    return engine
      .children({ node, layout: 'list', offset: 0, limit: 9 })
      .rows.map(({ path }) => path);
  }

  /** What a computer that knows nothing of this one's backups finds safe, and how often it reads a copy. */
  async function provedElsewhere(settings: Readonly<Record<string, string>>) {
    let state: State | undefined;
    const elsewhere = startEngine({ onState: now => (state = now) });
    const before = store.requests.length;
    try {
      await elsewhere.compare([setupWith({ ...settings, 'compare.rule': 'content' })], signal());
      const [totals] = state?.comparisons ?? [];
      const read = store.requests.slice(before).filter(({ kind }) => kind === 'get').length;
      return { files: totals?.groups['up-to-date'].files, proved: totals?.proved, read };
    } finally {
      elsewhere.dispose();
    }
  }

  const writes = () => store.requests.filter(({ kind }) => kind === 'put' || kind === 'begin');

  const names = [
    'x-amz-storage-class',
    'x-amz-server-side-encryption',
    'x-amz-server-side-encryption-aws-kms-key-id',
  ];
  const asked = () =>
    writes().map(({ kind, headers }) => [kind, ...names.map(name => headers[name])].join(' '));

  it('goes with each upload, in one piece and in parts', async () => {
    const settings = {
      storageClass: 'STANDARD_IA',
      serverSideEncryption: 'aws:kms',
      kmsKeyId: 'alias/ours',
    };
    assert.equal((await backUp(setupWith(settings))).done, 2);
    const expected = 'STANDARD_IA aws:kms alias/ours';
    assert.deepEqual(new Set(asked()), new Set([`put ${expected}`, `begin ${expected}`]));
  });

  it('is nothing where nothing is set', async () => {
    assert.equal((await backUp(setupWith({}))).done, 2);
    assert.deepEqual(new Set(asked()), new Set(['put   ', 'begin   ']));
  });

  it('is named where the store refuses it, and nothing is stored otherwise', async () => {
    for (const code of ['InvalidStorageClass', 'KMS.NotFoundException']) {
      store.quirks = {
        around: ({ kind }, carryOut) =>
          kind === 'put' || kind === 'begin' ? s3Error(400, code) : carryOut(),
      };
      const { done, reasons } = await backUp(setupWith({ storageClass: 'SOMEWHERE' }));
      assert.deepEqual([done, reasons], [0, { 'storage-refused': 2 }]);
    }
    assert.ok(asked().every(each => each.includes('SOMEWHERE')));
  });

  const byKms = { serverSideEncryption: 'aws:kms' };
  const uploadWays = ['refused', 'refused-with-parts'] as const;

  /** As with SSE-KMS: ETags look like MD5s and are none. */
  const encrypted: Quirks = {
    spellEtag: digest => {
      const [, parts = ''] = /(-\d+)?$/.exec(digest) ?? [];
      return `"${hash('md5', `key ${digest}`)}${parts}"`;
    },
    around: ({ kind }, carryOut) => {
      const answer = carryOut();
      const isOfObject = ['head', 'get', 'put', 'begin'].includes(kind);
      return isOfObject && answer.status < 300
        ? { ...answer, headers: { ...answer.headers, 'x-amz-server-side-encryption': 'aws:kms' } }
        : answer;
    },
  };

  /** The same, but the first such request is carried out and not answered. */
  function losingFirst(kind: 'put' | 'completion'): Quirks {
    let lost = 0;
    return {
      ...encrypted,
      around: (request, carryOut) => {
        const answer = encrypted.around?.(request, carryOut) ?? carryOut();
        return request.kind === kind && lost++ === 0 ? 'no-answer' : answer;
      },
    };
  }

  it('lets encrypted copies be proved without a download', async () => {
    store.quirks = encrypted;
    const setup = setupWith(byKms);
    assert.equal((await backUp(setup)).done, 2);
    await engine.compare([setup], signal());
    assert.deepEqual(pathsIn(setup, 'up-to-date'), ['large', 'small']);
    assert.ok(store.requests.every(({ kind }) => kind !== 'get'));
  });

  for (const { what, settings } of [
    { what: 'the settings ask for it', settings: { serverSideEncryption: 'aws:kms' } },
    { what: 'the bucket does it by default', settings: {} },
  ] as const) {
    it(`lets encrypted copies in one piece be proved on another computer, where ${what}`, async () => {
      store.quirks = encrypted;
      const root = join(folder.path, 'here');
      const setup = setupWith(settings);
      // The answer to the first one tells of the bucket's own encryption.
      await writeTree(root, { first: 'first' });
      await rm(join(root, 'large'));
      await rm(join(root, 'small'));
      assert.equal((await backUp(setup)).done, 1);
      await writeTree(root, { small: 'small', empty: '' });
      assert.equal((await backUp(setup)).done, 2);
      await rm(join(root, 'first'));
      assert.deepEqual(await provedElsewhere(settings), { files: 2, proved: 2, read: 0 });
    });
  }

  for (const { what, settings } of [
    { what: 'the settings ask for it', settings: { serverSideEncryption: 'aws:kms' } },
    { what: 'the answer to its very beginning tells', settings: {} },
  ] as const) {
    it(`lets encrypted copies in parts be proved on another computer, where ${what}`, async () => {
      store.quirks = encrypted;
      await rm(join(folder.path, 'here', 'small'));
      assert.equal((await backUp(setupWith(settings))).done, 1);
      assert.deepEqual(await provedElsewhere(settings), { files: 1, proved: 1, read: 0 });
    });
  }

  for (const crc64nvme of [
    'refused',
    'unknown',
    'refused-with-parts',
    'refused-at-completion',
  ] as const) {
    it(`sends a CRC32 with encrypted parts where a CRC64NVME is ${crc64nvme}, and asks no more`, async () => {
      store.quirks = { ...encrypted, crc64nvme };
      const setup = setupWith(byKms);
      assert.equal((await backUp(setup)).done, 2);
      await writeTree(join(folder.path, 'here'), { other: `${large}y` });
      const before = store.requests.length;
      assert.equal((await backUp(setup)).done, 1);
      const later = store.requests.slice(before);
      const algorithms = later
        .filter(({ kind }) => kind === 'begin')
        .map(({ headers }) => headers['x-amz-checksum-algorithm']);
      assert.deepEqual(algorithms, ['CRC32']);
      const parts = later.filter(({ kind }) => kind === 'part');
      assert.ok(parts.every(({ headers }) => 'x-amz-checksum-crc32' in headers));
    });
  }

  for (const { checksum, ways, quirks, settings } of [
    { checksum: 'crc32', ways: uploadWays, quirks: {}, settings: {} },
    { checksum: 'crc64nvme', ways: uploadWays, quirks: encrypted, settings: byKms },
    { checksum: 'sha256', ways: ['refused'], quirks: encrypted, settings: byKms },
  ] as const) {
    for (const way of ways) {
      it(`goes on without a ${checksum} that was taken before, where it is ${way} now`, async () => {
        const root = join(folder.path, 'here');
        const setup = setupWith(settings);
        store.quirks = quirks;
        assert.equal((await backUp(setup)).done, 2);
        // The store at this address is another one now.
        store.quirks = { ...quirks, [checksum]: way };
        await writeTree(root, { small2: 'small2', large2: `${large}2` });
        assert.equal((await backUp(setup)).done, 2);
        const before = store.requests.length;
        await writeTree(root, { small3: 'small3', large3: `${large}3` });
        assert.equal((await backUp(setup)).done, 2);
        const later = store.requests.slice(before);
        const kinds = way === 'refused' ? ['put', 'begin', 'part'] : ['begin', 'part'];
        for (const { kind, headers } of later.filter(each => kinds.includes(each.kind))) {
          assert.ok(!(`x-amz-checksum-${checksum}` in headers), kind);
          assert.notEqual(headers['x-amz-checksum-algorithm'], checksum.toUpperCase());
        }
        assert.equal(later.filter(({ kind }) => kind === 'begin').length, 1);
        assert.equal(later.filter(({ kind }) => kind === 'part').length, 2);
      });
    }
  }

  it('goes on with encrypted parts where an upload was cut off, and proves the whole', async () => {
    const root = join(folder.path, 'here');
    await rm(join(root, 'small'));
    const setup = setupWith(byKms);
    const cancel = new AbortController();
    store.quirks = {
      ...encrypted,
      around: (request, carryOut) => {
        if (request.kind !== 'part') return encrypted.around?.(request, carryOut) ?? carryOut();
        if (request.query.get('partNumber') === '1') {
          carryOut();
          cancel.abort();
        }
        return 'no-answer';
      },
    };
    await engine.compare([setup], signal());
    const folders = [{ setup, scope: { kind: 'all' } as const }];
    const { planId } = await engine.planBackUp({ folders }, signal());
    assert.equal((await engine.run(planId, cancel.signal)).cancelled, 1);
    store.quirks = encrypted;
    const before = store.requests.length;
    assert.equal((await backUp(setup)).done, 1);
    const later = store.requests.slice(before);
    assert.deepEqual(
      later.filter(({ kind }) => kind === 'part').map(({ query }) => query.get('partNumber')),
      ['2'],
    );
    assert.ok(later.every(({ kind }) => kind !== 'begin'));
    const completion = later.find(({ kind }) => kind === 'completion');
    assert.ok('x-amz-checksum-crc64nvme' in (completion?.headers ?? {}));
    assert.deepEqual(await provedElsewhere(byKms), { files: 1, proved: 1, read: 0 });
  });

  it('reads encrypted parts back, as a whole, where the store keeps no checksum of them', async () => {
    store.quirks = { ...encrypted, crc32: 'unknown', crc64nvme: 'unknown' };
    const setup = setupWith(byKms);
    assert.equal((await backUp(setup)).done, 2);
    const read = store.requests.filter(({ kind }) => kind === 'get').map(({ key }) => key);
    assert.ok(read.includes('w/large'));
  });

  it('sends no CRC64NVME where ETags are digests', async () => {
    await backUp(setupWith({}));
    assert.ok(writes().every(({ headers }) => headers['x-amz-checksum-algorithm'] !== 'CRC64NVME'));
  });

  it('recognises an encrypted copy in parts of its own whose answer was lost', async () => {
    store.quirks = losingFirst('completion');
    await rm(join(folder.path, 'here', 'small'));
    const { done, problems } = await backUp(setupWith(byKms));
    assert.deepEqual([done, problems], [1, []]);
    assert.equal(writes().length, 1);
  });

  it('frees what has only its CRC64NVME in the cloud without reading the copy', async () => {
    store.quirks = encrypted;
    await rm(join(folder.path, 'here', 'small'));
    const setup = setupWith(byKms);
    assert.equal((await backUp(setup)).done, 1);
    const folders = [{ setup, scope: { kind: 'all' } as const }];
    const { planId } = await engine.planFreeUp({ folders }, signal());
    engine.chooseFreeUpMethod({ planId, method: 'delete' });
    assert.equal((await engine.run(planId, signal())).done, 1);
    const read = store.requests.filter(({ kind }) => kind === 'get');
    assert.deepEqual(
      read.map(({ headers }) => headers.range),
      [`bytes=${String(large.length - 1)}-${String(large.length - 1)}`],
    );
  });

  it('goes without a SHA-256 where the store refuses it, and asks no more', async () => {
    store.quirks = { ...encrypted, sha256: 'refused' };
    const setup = setupWith(byKms);
    await writeTree(join(folder.path, 'here'), { other: 'other', third: 'third' });
    await rm(join(folder.path, 'here', 'large'));
    assert.equal((await backUp(setup)).done, 3);
    await writeTree(join(folder.path, 'here'), { fourth: 'fourth' });
    const before = store.requests.length;
    assert.equal((await backUp(setup)).done, 1);
    const puts = store.requests.slice(before).filter(({ kind }) => kind === 'put');
    assert.ok(puts.length > 0);
    assert.ok(puts.every(({ headers }) => 'x-amz-checksum-crc32' in headers));
  });

  it('recognises an encrypted copy of its own whose answer was lost', async () => {
    store.quirks = losingFirst('put');
    await rm(join(folder.path, 'here', 'large'));
    const { done, problems } = await backUp(setupWith(byKms));
    assert.deepEqual([done, problems], [1, []]);
    assert.equal(writes().length, 1);
  });

  it('sends no SHA-256 where ETags are digests', async () => {
    await backUp(setupWith({}));
    assert.ok(writes().every(({ headers }) => !('x-amz-checksum-sha256' in headers)));
  });

  // S3 itself keeps the second of what came without a checksum, in one piece or in parts.
  for (const algorithm of ['sha256', 'crc64nvme'] as const) {
    it(`lets encrypted copies of other tools be compared by their ${algorithm}`, async () => {
      store.quirks = {
        ...encrypted,
        around: (request, carryOut) => {
          const answer = encrypted.around?.(request, carryOut) ?? carryOut();
          if (answer === 'no-answer' || request.kind !== 'head') return answer;
          const body = store.bytes(request.key);
          const kept = body && checksums[algorithm](body).toString('base64');
          const told = {
            [`x-amz-checksum-${algorithm}`]: kept,
            'x-amz-checksum-type': 'FULL_OBJECT',
          };
          return { ...answer, headers: { ...answer.headers, ...told } };
        },
      };
      store.place('w/small', 'small', Date.now() + 60_000);
      store.place('w/large', `${large.slice(1)}y`, Date.now() + 60_000);
      const setup = setupWith({ 'compare.rule': 'content' });
      await engine.compare([setup], signal());
      assert.deepEqual(pathsIn(setup, 'up-to-date'), ['small']);
      assert.deepEqual(pathsIn(setup, 'changed-in-cloud'), ['large']);
      assert.ok(store.requests.every(({ kind }) => kind !== 'get'));
    });
  }

  it('leaves local files of archived copies where they are', async () => {
    store.quirks = {
      around: ({ kind }, carryOut) => {
        const answer = carryOut();
        return kind === 'head' && answer.status < 300
          ? { ...answer, headers: { ...answer.headers, 'x-amz-storage-class': 'DEEP_ARCHIVE' } }
          : answer;
      },
    };
    const setup = setupWith({ storageClass: 'DEEP_ARCHIVE' });
    assert.equal((await backUp(setup)).done, 2);
    const folders = [{ setup, scope: { kind: 'all' } as const }];
    const { planId } = await engine.planFreeUp({ folders }, signal());
    engine.chooseFreeUpMethod({ planId, method: 'delete' });
    assert.deepEqual((await engine.run(planId, signal())).reasons, { archived: 2 });
    assert.deepEqual((await readdir(join(folder.path, 'here'))).sort(), ['large', 'small']);
  });
});

function signal(): AbortSignal {
  return AbortSignal.timeout(50_000);
}

const checksums = {
  sha256: (body: Uint8Array) => Buffer.from(hash('sha256', body), 'hex'),
  crc64nvme: (body: Uint8Array) => {
    const crc = new Crc64Nvme();
    crc.update(body);
    return crc.digest();
  },
};
