import assert from 'node:assert/strict';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { EditorPort } from '../../../src/engine/ports/editorPort';
import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import type { ConflictChoice } from '../../../src/protocol/restore';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { hookDisk } from '../../support/disk/diskHooks';
import { MovableClock } from '../../support/suite/movableClock';
import { memoryBucket } from '../../support/memory/memoryBucket';
import { ProjectInMemory } from '../../support/memory/projectInMemory';
import { receiptsInMemory } from '../../support/memory/recordsInMemory';
import { checkNextStart, contentsOf } from '../../support/powerCut/afterPowerCut';
import { crashStates, inWords } from '../../support/powerCut/crashStates';
import { DiskRecorder, type Refusal } from '../../support/powerCut/recordDisk';
import { seededRandom } from '../../support/suite/seededRandom';
import { firstSeed, seedsVariable } from '../../support/suite/seeds';

/** What is done to the disk, from what is here and in the cloud. */
interface Protocol {
  readonly name: string;
  readonly here: Readonly<Record<string, string>>;
  readonly cloud: Readonly<Record<string, string>>;
  readonly hasTrash?: boolean;
  readonly refusal?: Refusal;
  /** Whether what was freed may be gone, though it comes back in the end. */
  readonly mayBeAbsent?: boolean;
  readonly run: (project: ProjectInMemory, root: string) => Promise<unknown>;
}

const restore = (choice: ConflictChoice) => (project: ProjectInMemory) =>
  project.restore({ kind: 'all' }, choice);

/** With a disk that is not called in the engine's thread. */
function slowly(run: Protocol['run']): Protocol['run'] {
  return async (project, root) => {
    const hooks = hookDisk(() => undefined);
    try {
      await run(project, root);
    } finally {
      hooks.restore();
    }
  };
}

async function freeUp({ engine, setup }: ProjectInMemory): Promise<void> {
  const signal = new AbortController().signal;
  const folders = [{ setup, scope: { kind: 'all' } as const }];
  const { planId, files } = await engine.planFreeUp({ folders }, signal);
  assert.ok(files > 0, 'nothing could be freed');
  engine.chooseFreeUpMethod({ planId, method: 'delete' });
  await engine.run(planId, signal);
}

/** Another program writes to the file that it has open, in the last moment before the name goes. */
async function freeUpWhileWritten(project: ProjectInMemory, root: string): Promise<void> {
  const file = openSync(join(root, 'a'), 'r+');
  const hooks = hookDisk(moment => {
    if (moment === 'before unlink') writeSync(file, 'written meanwhile', 0);
  });
  try {
    await freeUp(project);
  } finally {
    hooks.restore();
    closeSync(file);
  }
}

const protocols: readonly Protocol[] = [
  { name: 'a restore', here: {}, cloud: { a: 'new', 'd/b': 'new too' }, run: restore('skip') },
  {
    name: 'a restore to a slow disk',
    here: { a: 'old' },
    cloud: { a: 'new', 'd/b': 'new too' },
    run: slowly(restore('replace')),
  },
  {
    name: 'a restore that replaces, with a trash',
    here: { a: 'old' },
    cloud: { a: 'new' },
    hasTrash: true,
    run: restore('replace'),
  },
  {
    name: 'a restore that replaces, without a trash',
    here: { a: 'old', 'd/b': 'old, too' },
    cloud: { a: 'new', 'd/b': 'new, too' },
    run: restore('replace'),
  },
  {
    name: 'a restore that keeps both',
    here: { a: 'old' },
    cloud: { a: 'new' },
    run: restore('keep-both'),
  },
  {
    name: 'a restore to a disk without hard links',
    here: { a: 'old' },
    cloud: { a: 'new', b: 'new, too' },
    refusal: 'link',
    run: restore('replace'),
  },
  {
    name: 'freeing',
    here: { a: 'same', 'd/b': 'same' },
    cloud: {},
    mayBeAbsent: true,
    run: freeUp,
  },
  {
    name: 'freeing a file that is written to meanwhile',
    here: { a: 'what was backed up' },
    cloud: {},
    mayBeAbsent: true,
    run: freeUpWhileWritten,
  },
];

describe('A power cut', function () {
  this.timeout(120_000);
  let temporary: TemporaryFolder;
  beforeEach(async () => {
    temporary = await temporaryFolder('power-cut', existsSync(inMemory) ? inMemory : tmpdir());
  });
  afterEach(() => temporary.remove());

  for (const protocol of protocols) {
    it(`leaves each file old, new or absent in the middle of ${protocol.name}`, async () => {
      const root = join(temporary.path, 'recorded', 'w');
      write(root, protocol.here);
      const bucket = memoryBucket();
      for (const [path, content] of Object.entries(protocol.cloud)) {
        bucket.place(`w/${path}`, content, { modifiedAtMs: 1_500_000_000_000 });
      }
      const receipts = receiptsInMemory();
      const isProved = Object.keys(protocol.cloud).length === 0;
      if (isProved) await backUp(root, { bucket, receipts });
      const before = contentsOf(root);
      const recorder = new DiskRecorder(root, protocol.refusal);
      const journals = join(temporary.path, 'recorded', 'staging-journals');
      const journal = recorder.journal(new SqliteStagingJournal(journals));
      const editor: EditorPort = {
        isUnsaved: () => Promise.resolve(false),
        moveToTrash(path) {
          if (protocol.hasTrash !== true) return Promise.resolve('no-trash');
          recorder.moveAway(path);
          return Promise.resolve('trashed');
        },
      };
      const project = new ProjectInMemory({ root, bucket, receipts, journal, editor });
      await project.compare();
      await protocol.run(project, root);
      const recording = recorder.stop();
      project.engine.dispose();
      const after = contentsOf(root);
      const mayBeAbsent = protocol.mayBeAbsent ?? false;
      const random = seededRandom(firstSeed);
      const states = crashStates(recording, { limit: maxStates, random });
      assert.ok(states.length > 5, 'hardly any state');
      for (const [number, state] of states.entries()) {
        const folder = join(temporary.path, String(number));
        try {
          await checkNextStart(folder, state, { before, after, mayBeAbsent, bucket, receipts });
        } catch (error) {
          const seed = `${seedsVariable}=${String(firstSeed)}`;
          throw new Error(`With ${seed}: ${inWords(recording, state)}`, { cause: error });
        }
      }
    });
  }
});

const maxStates = 200;
/** On Linux; a disk of its own would be waited for at each sync. */
const inMemory = '/dev/shm';

function write(root: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(root, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

async function backUp(
  root: string,
  known: {
    readonly bucket: ReturnType<typeof memoryBucket>;
    readonly receipts: ReturnType<typeof receiptsInMemory>;
  },
): Promise<void> {
  const clock = new MovableClock();
  clock.passRacyWindow();
  const project = new ProjectInMemory({ root, ...known });
  await project.compare();
  await project.backUp({ kind: 'all' });
  project.engine.dispose();
  clock.restore();
}
