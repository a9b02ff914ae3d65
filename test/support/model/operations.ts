import assert from 'node:assert/strict';
import { join } from 'node:path';

import { Failure } from '../../../src/engine/failures/failure';
import type { FilePath } from '../../../src/protocol/folders';
import type { PlanSummary, Scope } from '../../../src/protocol/plans';
import type { Report } from '../../../src/protocol/reports';
import type { ConflictChoice, RestoreScope } from '../../../src/protocol/restore';
import { callsSafe, type Verdict } from '../../../src/protocol/verdicts';
import { differing, noteProved, noteStored, type Knowledge } from './knowledge';
import type { Files, World } from './world';

/** What the engine is asked for; it ends by the signal, or with the engine. */
export type Operation = (known: Knowledge, world: World, signal: AbortSignal) => Promise<void>;

export const never = new AbortController().signal;

/** Everything, compared anew. */
function everything(world: World) {
  return { kind: 'resources', paths: [world.root] } as const;
}

/** What a user does to the disk at some paths, with or without a word to the engine. */
export async function here(
  known: Knowledge,
  world: World,
  { names, isTold }: { readonly names: readonly string[]; readonly isTold: boolean },
  act: () => void,
): Promise<void> {
  const before = world.disk();
  act();
  const changed = differing(before, world.disk());
  for (const name of changed) known.unseenHere.add(name);
  if (!isTold) return;
  const conflicts = conflictsIn(world);
  await world.engine.filesChanged(
    world.setup.id,
    [...new Set([...names, ...changed])].map(name => join(world.root, name)),
  );
  // Without a comparison at hand nobody listens.
  if (world.isCompared) for (const name of changed) known.unseenHere.delete(name);
  conflictsStand(conflicts, world);
}

/**
 * The same while the engine is at work; nobody tells it. What changes elsewhere in that moment is
 * the engine's doing, in a thread of its own.
 */
export function edit(
  known: Knowledge,
  world: World,
  names: readonly string[],
  act: () => void,
): void {
  const before = world.disk();
  act();
  const after = world.disk();
  for (const name of differing(before, after)) {
    if (!names.some(each => name === each || name.startsWith(`${each}/`))) continue;
    known.unseenHere.add(name);
    known.edited.set(name, after.get(name));
  }
}

/** What somebody else does in the bucket; a freed file's copy is then theirs to answer for. */
export function there(known: Knowledge, world: World, act: () => void): void {
  const before = world.cloud();
  // What the engine has stored just before may be gone in a moment.
  noteStored(known, before);
  act();
  const after = world.cloud();
  for (const name of differing(before, after)) {
    known.unseenThere.add(name);
    known.disturbed.set(name, after.get(name));
    known.freed.delete(name);
  }
}

export async function compare(
  known: Knowledge,
  world: World,
  signal: AbortSignal = never,
): Promise<void> {
  const before = world.disk();
  const isDone = await unlessCancelled(signal, () => world.compare(signal));
  if (isDone) allSeen(known);
  assertUntouched(known, before, world);
}

/** Compares where there is no comparison at hand: others need one. */
async function ready(known: Knowledge, world: World): Promise<void> {
  if (!world.isCompared) await compare(known, world);
}

/** What is chosen on the disk is compared anew, like everything; but for what happens just then. */
function allSeen(known: Knowledge): void {
  known.hasClockJumped = false;
  for (const name of known.unseenHere) if (!known.edited.has(name)) known.unseenHere.delete(name);
  for (const name of known.unseenThere) {
    if (!known.disturbed.has(name)) known.unseenThere.delete(name);
  }
}

export async function lookAgain(known: Knowledge, world: World): Promise<void> {
  const conflicts = conflictsIn(world);
  await world.engine.recheck();
  known.unseenHere.clear();
  conflictsStand(conflicts, world);
}

function conflictsIn(world: World): readonly string[] {
  return [...verdicts(world)].flatMap(([name, kind]) => (kind === 'changed-in-cloud' ? name : []));
}

/** A conflict stays one whatever becomes of the file, until somebody decides or compares anew. */
function conflictsStand(conflicts: readonly string[], world: World): void {
  const [disk, cloud, now] = [world.disk(), world.cloud(), verdicts(world)];
  for (const name of conflicts) {
    const isOne = disk.has(name) && cloud.has(name) && disk.get(name) !== cloud.get(name);
    if (!isOne || isExcluded(world, name)) continue;
    assert.equal(now.get(name), 'changed-in-cloud', `the conflict of ${name} is forgotten`);
  }
}

export async function rowsAreFresh(known: Knowledge, world: World): Promise<void> {
  await ready(known, world);
  await world.engine.recheck();
  known.unseenHere.clear();
  // What is ignored no longer is compared in the background; whoever asks waits until that is over.
  await world.engine.conflicts({ folders: [] }, never);
  if (known.unseenThere.size > 0 || known.hasClockJumped) return;
  const live = world.rows();
  await compare(known, world);
  const fresh = world.rows();
  for (const name of new Set([...live.keys(), ...fresh.keys()])) {
    const [before, after] = [live.get(name)?.verdict, fresh.get(name)?.verdict];
    if (before !== undefined && mayBecome(before, world).includes(after?.kind)) continue;
    assert.equal(before?.kind, after?.kind, `the row of ${name}`);
  }
}

/** What a comparison may find beside what a row says, though nothing has happened. */
function mayBecome(
  verdict: Verdict,
  { setup: { settings } }: World,
): readonly (Verdict['kind'] | undefined)[] {
  switch (verdict.kind) {
    case 'out-of-date': {
      // A verification has found it, and the next comparison goes by name and time again.
      const isRead = settings['compare.rule'] === 'time' && verdict.because === 'content';
      // What has changed is out of date until somebody reads it, and it may be what it was.
      return isRead ? ['up-to-date', 'changed-in-cloud'] : ['up-to-date'];
    }
    case 'changed-in-cloud':
      // A conflict stays one until somebody compares, though what was written may have ended it.
      return ['up-to-date', 'out-of-date'];
    case 'up-to-date':
      // Nobody has read it yet, or a reading has not been told: the background is slow.
      return callsSafe(verdict.proof) ? [] : ['out-of-date', 'changed-in-cloud'];
    case 'unchecked':
      // It is gone now, and only the store can tell whether it is lost.
      return ['lost'];
    default:
      return [];
  }
}

function verdicts(world: World): ReadonlyMap<string, Verdict['kind']> {
  return new Map([...world.rows()].map(([name, { verdict }]) => [name, verdict.kind]));
}

/** What cannot be read is unchecked, whatever was known of it. */
export async function compareUnreadable(
  known: Knowledge,
  world: World,
  path: string,
): Promise<void> {
  await world.whileUnreadable(path, () => world.compare(never));
  allSeen(known);
  const disk = world.disk();
  for (const [name, { verdict }] of world.rows()) {
    const isMeant = (name === path || name.startsWith(`${path}/`)) && disk.has(name);
    if (!isMeant || verdict.kind === 'ignored') continue;
    // By name and time, and by a receipt, nobody has to read a file; its folder they do.
    if (name === path && verdict.kind !== 'lost' && verdict.kind !== 'only-in-cloud') continue;
    assert.equal(verdict.kind, 'unchecked', `${name} could not be read`);
  }
}

export const verify: Operation = async (known, world, signal) => {
  await ready(known, world);
  const [before, cloud] = [world.disk(), world.cloud()];
  const folders = [{ setup: world.setup, scope: everything(world) }];
  const isDone = await unlessCancelled(signal, async () => {
    const report = await world.engine.verify({ folders }, signal);
    const { files, proved, different, missing, unknown, failed } = report;
    assert.equal(
      proved + different + missing + unknown.files + failed,
      files,
      'the verification adds up',
    );
  });
  if (isDone) allSeen(known);
  assertUntouched(known, before, world);
  assertOthersWrote(known, cloud, world);
};

export const forgetLost: Operation = async (known, world, signal) => {
  await ready(known, world);
  await world.engine.forgetLost(
    { folders: [{ setup: world.setup, scope: everything(world) }] },
    signal,
  );
  allSeen(known);
  for (const [name, kind] of verdicts(world)) {
    assert.notEqual(kind, 'lost', `${name} was forgotten, and is still lost`);
  }
};

export const backUpAll: Operation = async (known, world, signal) => {
  await ready(known, world);
  await backUp(known, world, { kind: 'all' }, signal);
};

/** Compares anew what is chosen by its path. */
export async function backUpResource(known: Knowledge, world: World, name: string): Promise<void> {
  await backUp(known, world, { kind: 'resources', paths: [join(world.root, name)] }, never);
}

/** As a user ticks some of the differences. */
export async function backUpPicked(known: Knowledge, world: World, name: string): Promise<void> {
  await ready(known, world);
  const differences = await world.engine.differences(world.setup, never);
  const picks = differences.filter(({ path }) => path === name);
  if (picks.length > 0) await backUp(known, world, { kind: 'picks', picks }, never);
}

/** Takes one file out of a plan: it is not sent. */
export async function backUpAllBut(known: Knowledge, world: World, name: string): Promise<void> {
  await ready(known, world);
  const before = world.cloud();
  await backUp(known, world, { kind: 'all' }, never, async ({ planId }) => {
    const absolute = join(world.root, name);
    const files = [{ folder: world.setup.id, path: name as FilePath, absolute }];
    await world.engine.plannedBackUps.takeOut({ planId, files }, never);
  });
  assert.equal(world.cloud().get(name), before.get(name), `${name} was left out, and sent`);
}

export async function backUpTwice(known: Knowledge, world: World): Promise<void> {
  await compare(known, world);
  const first = await backUp(known, world, { kind: 'all' }, never);
  if (first === undefined || first.failed > 0) return;
  const { bucket } = world;
  const calls = bucket.calls.length;
  const second = await backUp(known, world, { kind: 'all' }, never);
  assert.equal(second?.planned, 0, 'a second back-up has something to do');
  const writes = ['put', 'startMultipart'];
  assert.ok(!bucket.calls.slice(calls).some(({ operation }) => writes.includes(operation)));
}

async function backUp(
  known: Knowledge,
  world: World,
  scope: Scope,
  signal: AbortSignal,
  change: (plan: PlanSummary) => Promise<void> = () => Promise.resolve(),
): Promise<Report | undefined> {
  const [disk, cloud] = [world.disk(), world.cloud()];
  const isAnew = scope.kind === 'resources';
  let asked = 0;
  let report: Report | undefined;
  const codes = isAnew ? (['file-vanished'] as const) : [];
  await unlessCancelled(
    signal,
    async () => {
      const folders = [{ setup: world.setup, scope }];
      const plan = await world.engine.planBackUp({ folders }, signal);
      asked = plan.unknownOrigin.files;
      noteProved(known, world);
      await change(plan);
      report = await world.engine.run(plan.planId, signal);
      assertAddsUp(report);
      assert.ok(report.planned <= plan.files, 'more was planned than was shown');
    },
    codes,
  );
  assertUntouched(known, disk, world);
  checkWritten(known, world, cloud, { asked, isAnew });
  return report;
}

/** No copy of somebody else's, and none of a freed file, is replaced without a question. */
function checkWritten(
  known: Knowledge,
  world: World,
  before: Files,
  written: {
    readonly asked: number;
    /** Whether the cloud was asked within the step, so that what others did may have been seen. */
    readonly isAnew: boolean;
  },
): void {
  const after = world.cloud();
  let replaced = 0;
  for (const name of differing(before, after)) {
    // Somebody else was at it meanwhile.
    if (known.disturbed.has(name)) continue;
    const sent = after.get(name);
    assert.ok(sent !== undefined, `the copy of ${name} is gone`);
    assert.ok(!isExcluded(world, name), `${name} is excluded, and was sent`);
    // A look at a file that no comparison had met sees its copy, too, and the plan asks about it.
    const isOurs = before.get(name) === known.ours.get(name);
    if (before.has(name) && (known.freed.delete(name) || !isOurs)) replaced += 1;
    known.ours.set(name, sent);
  }
  assert.ok(replaced <= written.asked, 'a copy was replaced without a question');
  if (!written.isAnew) assertOthersStand(known, before, after);
}

/** What somebody else has stored in the middle of a step was seen by nobody, and is not replaced. */
function assertOthersStand(known: Knowledge, before: Files, after: Files): void {
  for (const [name, stored] of known.disturbed) {
    if (stored === undefined || stored === before.get(name)) continue;
    assert.equal(after.get(name), stored, `what was stored meanwhile at ${name} was replaced`);
  }
}

function isExcluded(world: World, name: string): boolean {
  const { exclude } = world;
  return name.split('/').some(segment => exclude.includes(segment));
}

/** Ends all conflicts by one decision. */
export function resolve(decision: 'mine' | 'theirs' | 'both'): Operation {
  return async (known, world, signal) => {
    await ready(known, world);
    const cloud = world.cloud();
    const folders = [{ setup: world.setup, scope: everything(world) }];
    let files: readonly { readonly path: FilePath; readonly etag: string }[] = [];
    const isDone = await unlessCancelled(signal, async () => {
      const found = await world.engine.conflicts({ folders }, signal);
      files = found.flatMap(({ conflicts }) => conflicts);
    });
    if (!isDone) return;
    allSeen(known);
    assertOthersWrote(known, cloud, world);
    if (files.length === 0) return;
    if (decision !== 'mine') {
      const choice = decision === 'theirs' ? 'replace' : 'keep-both';
      const paths = files.map(({ path }) => join(world.root, path));
      await restore(known, world, { choice, scope: { kind: 'resources', paths } }, signal);
      return;
    }
    const shown = world.cloud();
    const disk = world.disk();
    await unlessCancelled(signal, async () => {
      const mine = [{ setup: world.setup, scope: { kind: 'mine', files } as const }];
      const { planId } = await world.engine.planBackUp({ folders: mine }, signal);
      assertAddsUp(await world.engine.run(planId, signal));
    });
    assertUntouched(known, disk, world);
    const after = world.cloud();
    const decided = new Set<string>(files.map(({ path }) => path));
    for (const name of differing(shown, after)) {
      if (known.disturbed.has(name)) continue;
      assert.ok(decided.has(name), `${name} was no conflict, and was sent`);
      known.ours.set(name, after.get(name) ?? '');
      known.freed.delete(name);
    }
    assertOthersStand(known, shown, after);
  };
}

export function restoreAll(choice: ConflictChoice): Operation {
  return async (known, world, signal) => {
    await ready(known, world);
    await restore(known, world, { choice, scope: { kind: 'all' } }, signal);
  };
}

/** Gives a file back as an older copy of it was; what is in the cloud stays the present copy. */
export async function restoreVersion(
  known: Knowledge,
  world: World,
  { name, nth }: { readonly name: string; readonly nth: number },
): Promise<void> {
  await ready(known, world);
  const versions = await world.versions(name);
  const version = versions[nth % Math.max(1, versions.length)];
  if (version === undefined) return;
  const { versionId, content } = version;
  const scope = { kind: 'version', path: name as FilePath, versionId } as const;
  await restore(known, world, { choice: 'replace', scope, content }, never);
}

async function restore(
  known: Knowledge,
  world: World,
  asked: {
    readonly choice: ConflictChoice;
    readonly scope: RestoreScope;
    /** What an older copy holds; otherwise it is the cloud's. */
    readonly content?: string;
  },
  signal: AbortSignal,
): Promise<void> {
  const { choice, scope } = asked;
  const [before, cloud] = [world.disk(), world.cloud()];
  const trashed = world.trash.length;
  await unlessCancelled(
    signal,
    async () => {
      const folders = [{ setup: world.setup, scope }];
      const { planId } = await world.engine.planRestore({ folders }, signal);
      world.engine.chooseConflicts({ planId, choice, except: [] });
      assertAddsUp(await world.engine.run(planId, signal));
    },
    scope.kind === 'resources' ? ['file-vanished'] : [],
  );
  assertOthersWrote(known, cloud, world);
  const after = world.disk();
  const kept = [...world.trash.slice(trashed), ...after.values()];
  for (const name of differing(before, after)) {
    if (known.edited.has(name)) continue;
    const old = before.get(name);
    const isOther = known.disturbed.has(name);
    const expected = asked.content ?? cloud.get(name);
    if (old === undefined) continue;
    assert.equal(choice, 'replace', `${name} was replaced`);
    if (!isOther) assert.equal(after.get(name), expected, `${name} is not what was restored`);
    assert.ok(kept.includes(old), `what was in ${name} is gone`);
  }
  // The user's last word stands, but where the plan came after it and was told to replace it.
  for (const [name, content] of known.edited) {
    if (content === undefined) {
      const restored = asked.content ?? cloud.get(name);
      assert.ok([undefined, restored].includes(after.get(name)), `${name} was deleted`);
    } else if (scope.kind === 'resources' && choice === 'replace') {
      assert.ok(kept.includes(content), `what was written to ${name} is gone`);
    } else {
      assert.equal(after.get(name), content, `${name} is not what was written to it`);
    }
  }
  for (const name of after.keys()) {
    if (!before.has(name) && !known.edited.has(name)) known.unseenHere.delete(name);
  }
  for (const [name, content] of after) {
    known.freed.delete(name);
    if (content !== cloud.get(name) || known.disturbed.has(name)) continue;
    known.ours.set(name, content);
    // A version is fetched without a look at what is current.
    if (!before.has(name) && scope.kind !== 'version') known.unseenThere.delete(name);
  }
}

export const freeUp: Operation = async (known, world, signal) => {
  await ready(known, world);
  const [before, cloud] = [world.disk(), world.cloud()];
  let report: Report | undefined;
  await unlessCancelled(signal, async () => {
    const folders = [{ setup: world.setup, scope: { kind: 'all' } as const }];
    const { planId, files, kept } = await world.engine.planFreeUp({ folders }, signal);
    const proved = [...verdicts(world).values()].filter(kind => kind === 'up-to-date').length;
    const told = kept.reduce((sum, each) => sum + each.files, files);
    assert.equal(told, proved, 'what would go and what would stay add up');
    if (files === 0) return;
    world.engine.chooseFreeUpMethod({ planId, method: 'delete' });
    report = await world.engine.run(planId, signal);
    assertAddsUp(report);
    assert.equal(report.planned, files, 'more was to be freed than was shown');
  });
  assertOthersWrote(known, cloud, world);
  const after = world.disk();
  for (const [name, content] of known.edited) {
    assert.equal(after.get(name), content, `${name} is not what was written to it`);
  }
  const gone = differing(before, after).filter(name => !known.edited.has(name));
  if (report !== undefined) assertFreed(known, report, { before, after, gone });
  for (const name of gone) {
    if (!before.has(name)) {
      // Its name was taken while it was examined, and it stayed.
      assert.match(name, / \(kept /);
      assert.ok([...before.values()].includes(after.get(name) ?? ''), `${name} is nobody's`);
      continue;
    }
    assert.equal(after.get(name), undefined, `${name} was changed`);
    // Somebody may replace the copy just after it was examined; a version of it remains.
    if (known.disturbed.has(name)) continue;
    assert.equal(cloud.get(name), before.get(name), `${name} was freed`);
    known.freed.set(name, before.get(name) ?? '');
  }
};

/** The report counts what is gone, and names what has another name now. */
function assertFreed(
  known: Knowledge,
  { done, bytes, problems }: Report,
  {
    before,
    after,
    gone,
  }: { readonly before: Files; readonly after: Files; readonly gone: readonly string[] },
): void {
  for (const { failure } of problems) {
    if (failure.code !== 'kept-beside') continue;
    assert.ok(after.has(failure.cause ?? ''), `${failure.subject} was kept beside, and is gone`);
  }
  if (known.edited.size > 0) return;
  assert.equal(gone.length, done, 'the report counts what was freed');
  const size = gone.reduce((sum, name) => sum + Buffer.byteLength(before.get(name) ?? ''), 0);
  assert.equal(bytes, size, 'the report counts the bytes that were freed');
}

function assertAddsUp({ done, failed, skipped, cancelled, planned }: Report): void {
  assert.equal(done + failed + skipped + cancelled, planned, 'the report adds up');
}

/** Nothing on the disk has changed, but what the user has changed meanwhile. */
function assertUntouched(known: Knowledge, before: Files, world: World): void {
  const after = world.disk();
  for (const name of differing(before, after)) {
    assert.ok(known.edited.has(name), `${name} was changed`);
    assert.equal(after.get(name), known.edited.get(name), `${name} is not what was written to it`);
  }
}

/** Nothing in the cloud has changed, but what somebody else has changed meanwhile. */
function assertOthersWrote(known: Knowledge, before: Files, world: World): void {
  const after = world.cloud();
  for (const name of differing(before, after)) {
    assert.ok(known.disturbed.has(name), `the copy of ${name} was changed`);
    assert.equal(after.get(name), known.disturbed.get(name), name);
  }
}

/** Whether the work was done, rather than cancelled; other failures only where they are named. */
async function unlessCancelled(
  signal: AbortSignal,
  work: () => Promise<void>,
  codes: readonly string[] = [],
): Promise<boolean> {
  try {
    await work();
    return !signal.aborted;
  } catch (error) {
    const isExpected =
      error instanceof Failure &&
      (codes.includes(error.code) || (error.code === 'cancelled' && signal.aborted));
    if (!isExpected) throw error;
    return false;
  }
}
