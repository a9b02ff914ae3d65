import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { FailureCode } from '../../../src/protocol/failures';
import type { Scope } from '../../../src/protocol/plans';
import { ProjectInMemory } from '../memory/projectInMemory';
import { memoryBucket } from '../memory/memoryBucket';
import { restlessFiles, stateOf, type States } from '../disk/restlessFiles';
import { temporaryFolder } from '../../../dev/temporaryFolder';
import { seedsVariable } from '../suite/seeds';

export interface RestlessRun {
  /** The same one makes the same changes; when they meet the uploads, only chance knows. */
  readonly seed: number;
  readonly milliseconds: number;
}

/** What a run has come to, for whoever wants to know that it was one. */
export interface RestlessResult {
  readonly stored: number;
  readonly states: number;
  /** Files that would not rest for long enough. */
  readonly givenUp: number;
}

/**
 * Backs up files, again and again, that somebody else keeps changing: appending, truncating,
 * replacing and writing in place, with the times put back. Throws where an object was ever stored
 * that equals none of the states which its file really had, or where in the end, when all is at
 * rest, object and file are not the same.
 */
export async function backUpRestlessFiles(run: RestlessRun): Promise<RestlessResult> {
  const { seed, milliseconds } = run;
  const told = `${seedsVariable}=${String(seed)}`;
  const folder = await temporaryFolder('restless');
  const root = join(folder.path, 'w');
  mkdirSync(root);
  const { bucket, stored } = recording();
  const project = new ProjectInMemory({ root, bucket });
  try {
    const writer = await restlessFiles({ root, beside: join(folder.path, 'beside'), seed, files });
    const deadline = Date.now() + milliseconds;
    let states: States = new Map();
    let givenUp = 0;
    try {
      while (Date.now() < deadline) {
        await project.compare();
        const { reasons } = await project.backUp(all);
        givenUp += reasons['file-changing'] ?? 0;
        const others = Object.keys(reasons).filter(code => !expected.has(code as FailureCode));
        assert.deepEqual(others, [], told);
      }
    } finally {
      states = await writer.rest();
    }
    for (const { path, state } of stored) {
      assert.ok(states.get(path)?.has(state), `${told}: ${path} was stored as it never was`);
    }
    await project.compare();
    await project.backUp(all);
    for (const path of Object.keys(files)) {
      const local = readFileSync(join(root, path));
      assert.ok(bucket.bytes(`w/${path}`)?.equals(local), `${told}: ${path} is not as it is here`);
    }
    assert.deepEqual(bucket.openUploads, [], told);
    const made = [...states.values()].reduce((sum, { size }) => sum + size, 0);
    return { stored: stored.length, states: made, givenUp };
  } finally {
    project.engine.dispose();
    await folder.remove();
  }
}

const all: Scope = { kind: 'all' };

/** In one piece and in parts. */
const files = {
  'note.txt': 10,
  'song.ogg': 3 << 20,
  'film.mkv': (17 << 20) + 5,
  'disk.img': 42 << 20,
};

/** What may keep a file that changes from being backed up. */
const expected: ReadonlySet<FailureCode> = new Set(['file-changing', 'empty-here']);

/** How long a part is on its way. */
const travelMs = 30;

/** A bucket that remembers what was ever stored in it. */
function recording() {
  const bucket = memoryBucket();
  const stored: { readonly path: string; readonly state: string }[] = [];
  const note = (key: string) => {
    const state = stateOf(bucket.bytes(key) ?? Buffer.alloc(0));
    stored.push({ path: key.slice('w/'.length), state });
  };
  const putPart = bucket.putPart.bind(bucket);
  // Later parts are read while earlier ones travel: that is when a file has time to change.
  bucket.putPart = async request => {
    await delay(travelMs);
    return putPart(request);
  };
  const put = bucket.put.bind(bucket);
  const completeMultipart = bucket.completeMultipart.bind(bucket);
  bucket.put = async request => {
    const object = await put(request);
    note(request.key);
    return object;
  };
  bucket.completeMultipart = async request => {
    const object = await completeMultipart(request);
    note(request.upload.key);
    return object;
  };
  return { bucket, stored };
}
