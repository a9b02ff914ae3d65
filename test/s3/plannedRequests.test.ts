import assert from 'node:assert/strict';

import { setAwsVariables } from '../../dev/awsVariables';
import { temporaryFolder, type TemporaryFolder } from '../../dev/temporaryFolder';
import type { Engine } from '../../src/engine/session/engine';
import type { FilePath, FolderSetup } from '../../src/protocol/folders';
import type { Scope } from '../../src/protocol/plans';
import { writeTree } from '../support/disk/localTree';
import { aFolder } from '../support/engine/aFolder';
import { startEngine } from '../support/engine/startEngine';
import { treatAll, type Treatment } from '../support/servers/conditionStore';
import { ok, quirkyBucket, type Quirks } from '../support/servers/quirkyAnswers';
import { startQuirkyStore, type QuirkyStore } from '../support/servers/quirkyStore';

/** In two parts. */
const largeBytes = 9 << 20;
const all: Scope = { kind: 'all' };
const treatments = ['honours', 'ignores', 'refuses', 'inverts', 'always-refuses'] as const;

describe('The requests that a plan tells of', function () {
  this.timeout(120_000);
  let restoreVariables: () => void;
  let store: QuirkyStore;
  let folder: TemporaryFolder;
  let engine: Engine;
  let setup: FolderSetup;

  before(() => {
    restoreVariables = setAwsVariables({ accessKeyId: 'any', secretAccessKey: 'any' });
  });
  after(() => {
    restoreVariables();
  });
  beforeEach(async () => {
    store = await startQuirkyStore();
    folder = await temporaryFolder('planned-requests');
    engine = startEngine();
    engine.attend('away');
    setup = aFolder({
      root: folder.path,
      bucket: quirkyBucket,
      settings: { endpoint: store.endpoint, region: 'us-east-1', forcePathStyle: true },
    });
  });
  afterEach(async () => {
    engine.dispose();
    await store.stop();
    await folder.remove();
  });

  /** Plans and runs; gives what was told and what was asked. */
  async function backUp(scope: Scope, files: number): Promise<{ told: number; asked: number }> {
    const signal = AbortSignal.timeout(20_000);
    if (scope.kind === 'all') await engine.compare([setup], signal);
    const { planId, preview } = await engine.planBackUp({ folders: [{ setup, scope }] }, signal);
    const before = store.requests.length;
    const { done, problems } = await engine.run(planId, signal);
    assert.equal(done, files, JSON.stringify(problems));
    return { told: preview.requests, asked: store.requests.length - before };
  }

  function write(names: readonly string[], text: string, modifiedAt: number): Promise<void> {
    const contents = names.map(
      name => [name, name.endsWith('.bin') ? bytesOf(text) : text] as const,
    );
    return writeTree(folder.path, Object.fromEntries(contents), modifiedAt);
  }

  for (const treatment of treatments) {
    for (const versions of ['off', 'kept'] as const) {
      it(`are enough for small files where the store ${treatment} conditions, versions ${versions}`, async () => {
        store.quirks = quirksOf(treatment, versions);
        const replaced = ['replaced-0.txt', 'replaced-1.txt'];
        for (const name of replaced) store.place(`w/${name}`, 'old', Date.UTC(2023, 0));
        const first = [...numbered('new', 6), ...replaced];
        await write(first, 'first', Date.UTC(2024, 0));
        assertEnough(await backUp(all, first.length));

        // By now it is known what the store does.
        await write([...first, 'later.txt'], 'the second', Date.now() + 60_000);
        assertEnough(await backUp(all, first.length + 1));

        // What is recorded here is another copy than the one that is replaced.
        const etag = store.place('w/new-0.txt', 'by somebody else', Date.now() + 90_000);
        await write(['new-0.txt'], 'the third', Date.now() + 120_000);
        await engine.compare([setup], AbortSignal.timeout(20_000));
        const mine = { kind: 'mine', files: [{ path: 'new-0.txt' as FilePath, etag }] } as const;
        assertEnough(await backUp(mine, 1));
      });
    }

    it(`are enough for files in parts where the store ${treatment} conditions, versions kept`, async () => {
      store.quirks = quirksOf(treatment, 'kept');
      store.place('w/replaced.bin', 'old', Date.UTC(2023, 0));
      await write(['new.bin', 'replaced.bin'], 'first', Date.UTC(2024, 0));
      assertEnough(await backUp(all, 2));
      await write(['replaced.bin'], 'the second', Date.now() + 60_000);
      assertEnough(await backUp(all, 1));
    });
  }

  const looks = { honours: 0, ignores: 1, refuses: 1, inverts: 1 } as const;
  for (const [treatment, looksEach] of Object.entries(looks)) {
    for (const versions of ['off', 'kept'] as const) {
      const each = 1 + looksEach + (versions === 'kept' ? looksEach : 0);

      it(`are exactly ${String(each)} for each new small file where it is known that the store ${treatment} conditions, versions ${versions}`, async () => {
        store.quirks = quirksOf(treatment as Treatment, versions);
        await write(numbered('first', 5), 'first', Date.UTC(2024, 0));
        await backUp(all, 5);
        const files = 100;
        await write(numbered('second', files), 'second', Date.UTC(2024, 0));
        const { told, asked } = await backUp(all, files);
        assert.deepEqual([told, asked], [files * each, files * each]);
      });
    }
  }
});

function assertEnough({ told, asked }: { readonly told: number; readonly asked: number }): void {
  assert.ok(told >= asked, `${String(told)} were told, ${String(asked)} were asked`);
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${name}-${String(n)}.txt`);
}

function bytesOf(text: string): Buffer {
  const bytes = Buffer.alloc(largeBytes);
  bytes.write(text);
  return bytes;
}

/** Each object has a version of its own, where versions are kept; which there are is not listed. */
function quirksOf(treatment: Treatment, versions: 'off' | 'kept'): Quirks {
  const conditions = treatAll(treatment);
  if (versions === 'off') return { conditions };
  const versionOf = new Map<string, string>();
  let last = 0;
  return {
    conditions,
    around({ kind, key, query }, carryOut) {
      if (kind === 'settings' && query.has('versions')) return ok('<ListVersionsResult/>');
      if (kind === 'settings' && query.has('versioning')) {
        return ok('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>');
      }
      const answer = carryOut();
      const isWrite = kind === 'put' || kind === 'completion';
      if (isWrite && answer.status === 200) versionOf.set(key, `v${String(++last)}`);
      if (!isWrite && kind !== 'head') return answer;
      return { ...answer, headers: { ...answer.headers, 'x-amz-version-id': versionOf.get(key) } };
    },
  };
}
