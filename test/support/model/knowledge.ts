import assert from 'node:assert/strict';
import { hash } from 'node:crypto';

import { callsSafe, groups } from '../../../src/protocol/verdicts';
import type { Files, World } from './world';

/**
 * What the engine has been given to know, and what it owes: kept beside it, by what really happened
 * on both sides, and never by what the engine says.
 */
export interface Knowledge {
  /** Paths that were changed here since the engine last looked, without a word to it. */
  readonly unseenHere: Set<string>;
  /** Paths whose copy somebody else has changed since the last comparison. */
  readonly unseenThere: Set<string>;
  /** What somebody else has stored within this step, `undefined` where the copy was deleted. */
  readonly disturbed: Map<string, string | undefined>;
  /** What the user has left at a path within this step, while the engine was at work. */
  readonly edited: Map<string, string | undefined>;
  /**
   * Whether the computer's clock has jumped since the last comparison: which side is newer may look
   * otherwise then.
   */
  hasClockJumped: boolean;
  /** What was freed, and what stood in it; until the name is used again, here or there. */
  readonly freed: Map<string, string>;
  /** The copies that are not foreign: the last that was sent from here, restored or proved. */
  readonly ours: Map<string, string>;
  /** Every copy that stood in the bucket since it was made, by path. */
  readonly keptThere: Map<string, Set<string>>;
  /** The same in all buckets that there were: what was read may be noted down after the end of one. */
  readonly everThere: Map<string, Set<string>>;
}

export function newKnowledge(): Knowledge {
  return {
    unseenHere: new Set(),
    unseenThere: new Set(),
    disturbed: new Map(),
    edited: new Map(),
    hasClockJumped: false,
    freed: new Map(),
    ours: new Map(),
    keptThere: new Map(),
    everThere: new Map(),
  };
}

/** Paths whose content differs between the two. */
export function differing(before: Files, after: Files): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter(path => before.get(path) !== after.get(path));
}

/** These copies stand, and versions of them have to stay. */
export function noteStored(known: Knowledge, copies: Files): void {
  for (const [path, content] of copies) {
    for (const stored of [known.keptThere, known.everThere]) {
      stored.set(path, (stored.get(path) ?? new Set()).add(content));
    }
  }
}

/**
 * Each receipt is true: the bytes that it names stood, or stand, under that ETag. What is proved is
 * no copy of somebody else's, whoever has stored it; the background proves, too, at any moment.
 */
export function noteProved(known: Knowledge, world: World): void {
  const there = world.cloud();
  for (const { path, etag, sha256 } of world.takeProofs()) {
    const copies = [
      known.disturbed.get(path),
      there.get(path),
      ...(known.everThere.get(path) ?? []),
    ];
    // The model's bucket gives no ETag but the MD5.
    const proved = copies.find(copy => copy !== undefined && hash('md5', copy) === etag);
    assert.ok(proved !== undefined, `${path} has a receipt of a copy that never was`);
    assert.equal(hash('sha256', proved), sha256, `the receipt of ${path} names other bytes`);
    known.ours.set(path, proved);
  }
}

/** What holds after every step, whatever it was. */
export async function checkPromises(known: Knowledge, world: World): Promise<void> {
  const here = world.disk();
  const there = world.cloud();
  noteStored(known, there);
  noteProved(known, world);
  for (const path of here.keys()) {
    assert.ok(!path.includes('.s3backup-'), `${path} is litter`);
  }
  for (const [path, { verdict }] of world.rows()) {
    if (verdict.kind !== 'up-to-date' || !callsSafe(verdict.proof)) continue;
    if (known.unseenHere.has(path) || known.unseenThere.has(path)) continue;
    const content = here.get(path);
    assert.ok(content !== undefined, `${path} is called safe, and gone`);
    assert.equal(content, there.get(path), `${path} is called safe`);
    known.ours.set(path, content);
    known.freed.delete(path);
  }
  for (const [path, content] of known.freed) {
    assert.equal(there.get(path), content, `the copy of ${path}, which was freed`);
  }
  for (const [path, contents] of known.keptThere) {
    const kept = new Set((await world.versions(path)).map(({ content }) => content));
    for (const content of contents) {
      assert.ok(kept.has(content), `a version of ${path} is gone`);
    }
  }
  const totals = world.state?.comparisons[0];
  if (totals !== undefined) {
    const sum = groups.reduce((files, group) => files + totals.groups[group].files, 0);
    assert.equal(sum, totals.found, 'the groups add up');
  }
}
