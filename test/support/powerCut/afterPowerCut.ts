import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { isStagedFile } from '../../../src/engine/disk/stagedFile';
import type { Receipts } from '../../../src/engine/records/receiptStore';
import { recoverStagedFiles } from '../../../src/engine/staging/recoverStagedFiles';
import { SqliteStagingJournal } from '../../../src/engine/staging/stagingJournal';
import { callsSafe } from '../../../src/protocol/verdicts';
import type { MemoryBucket } from '../memory/memoryBucket';
import { ProjectInMemory } from '../memory/projectInMemory';
import type { CrashState } from './crashStates';

/** Contents by path. */
export type Contents = ReadonlyMap<string, string>;

/** What was so before the work began, and what is so when nothing goes wrong. */
export interface Expected {
  readonly before: Contents;
  readonly after: Contents;
  /** Whether what is both before and after may be absent: it is in the cloud. */
  readonly mayBeAbsent: boolean;
  readonly bucket: MemoryBucket;
  readonly receipts: Receipts;
}

/**
 * Builds what a power cut has left in an empty folder, starts the next engine over it, and checks
 * that each file is old or new and whole, and that nothing is lost or left under a name of ours.
 */
export async function checkNextStart(
  folder: string,
  state: CrashState,
  expected: Expected,
): Promise<void> {
  const root = join(folder, 'w');
  const journals = join(folder, 'staging-journals');
  mkdirSync(root, { recursive: true });
  build(root, journals, state);
  const problems: string[] = [];
  await recoverStagedFiles(
    journals,
    recovery => {
      if ('why' in recovery) problems.push(`${recovery.kind}: ${String(recovery.why)}`);
    },
    new AbortController().signal,
  );
  assert.deepEqual(problems, []);
  const found = contentsOf(root);
  checkFiles(found, state, expected);
  await checkVerdicts(root, found, expected);
}

function build(root: string, journals: string, { files, notes }: CrashState): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
  const journal = new SqliteStagingJournal(journals);
  for (const note of notes) {
    if (note.kind === 'file') {
      const file = { ...note.file, root };
      journal.begin(file);
      if (file.kind === 'complete') journal.markComplete(file);
    } else {
      const { path, source } = note.placeholder;
      const here = (absolute: string) => join(root, absolute.slice(absolute.indexOf('/w/') + 3));
      journal.beginPlaceholder({ path: here(path), source: here(source), notedAt: Date.now() });
    }
  }
  journal.close();
}

export function contentsOf(root: string): Contents {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const files = names.filter(name => statSync(join(root, name)).isFile());
  return new Map(files.map(name => [name, readFileSync(join(root, name), 'utf8')]));
}

function checkFiles(found: Contents, state: CrashState, expected: Expected): void {
  const { before, after, bucket, mayBeAbsent } = expected;
  for (const [path, content] of found) {
    assert.ok(!isStagedFile(path), `${path} is left under a name of ours`);
    const known = [before.get(path), after.get(path)];
    if (known.some(each => each !== undefined)) {
      assert.ok(known.includes(content), `${path} is neither old nor new: ${content.slice(0, 20)}`);
      continue;
    }
    assert.match(path, conflictName, `${path} is nobody's`);
    assert.ok([...before.values(), ...after.values()].includes(content), `${path} is a part`);
  }
  for (const path of before.keys()) {
    if (after.has(path) && !mayBeAbsent)
      assert.ok(found.has(path), `${path} is gone, and was to be replaced`);
  }
  const left = new Set([...found.values()]);
  const held = new Set([...state.files.values()].map(String));
  for (const [path, content] of before) {
    // What a state does not hold went to the trash, or stands in the cloud.
    const isSafe = bucket.bytes(`w/${path}`)?.toString() === content || !held.has(content);
    assert.ok(left.has(content) || isSafe, `what was in ${path} is gone`);
  }
}

const conflictName = / \((?:kept|cloud) /;

async function checkVerdicts(root: string, found: Contents, expected: Expected): Promise<void> {
  const { bucket, receipts } = expected;
  const project = new ProjectInMemory({ root, bucket, receipts });
  try {
    await project.compare();
    for (const [path, { verdict }] of project.rows()) {
      if (verdict.kind !== 'up-to-date' || !callsSafe(verdict.proof)) continue;
      assert.equal(
        found.get(path),
        bucket.bytes(`w/${path}`)?.toString(),
        `${path} is called safe`,
      );
    }
  } finally {
    project.engine.dispose();
  }
}
