import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';

import { Failure } from '../../../src/engine/failures/failure';
import type { Scope } from '../../../src/protocol/plans';
import type { Report } from '../../../src/protocol/reports';
import type { ConflictChoice } from '../../../src/protocol/restore';
import { checkPromises, differing, type Knowledge } from './knowledge';
import type { Files, World } from './world';

type Command = fc.AsyncCommand<Knowledge, World>;

/** Few names and few contents of few sizes, so that they meet. */
const paths = ['a', 'b', 'd', 'd/a', 'd/e/b', 'café'];
const contents = ['', 'x', 'y', 'longer'];
/** The past, the same moment for all, and now. */
const times = [1_700_000_000_000, 1_700_000_060_000, undefined];

/** A step with a name, after which all promises are checked. */
class Step implements Command {
  readonly #name: string;
  readonly #run: (known: Knowledge, world: World) => Promise<void> | void;

  constructor(name: string, run: (known: Knowledge, world: World) => Promise<void> | void) {
    this.#name = name;
    this.#run = run;
  }

  check(): boolean {
    return true;
  }

  async run(known: Knowledge, world: World): Promise<void> {
    known.disturbed.clear();
    await this.#run(known, world);
    world.endStep();
    await checkPromises(known, world);
  }

  toString(): string {
    return this.#name;
  }
}

/** Mostly the same two, so that steps meet. */
const path = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'd/a') },
  { weight: 1, arbitrary: fc.constantFrom(...paths) },
);
const content = fc.constantFrom(...contents);
const isTold = fc.boolean();

/** What happens every day. */
const usual: readonly fc.Arbitrary<Command>[] = [
  fc.tuple(path, content, fc.constantFrom(...times), isTold).map(
    ([name, text, time, told]) =>
      new Step(
        `write ${name} '${text}' at ${String(time)}${told ? ', told' : ''}`,
        (known, world) =>
          here(known, world, told, () => {
            world.write(name, text, time);
          }),
      ),
  ),
  fc.tuple(path, isTold).map(
    ([name, told]) =>
      new Step(`delete ${name}${told ? ', told' : ''}`, (known, world) =>
        here(known, world, told, () => {
          world.remove(name);
        }),
      ),
  ),
  fc.tuple(path, path, isTold).map(
    ([from, to, told]) =>
      new Step(`rename ${from} to ${to}${told ? ', told' : ''}`, (known, world) =>
        here(known, world, told, () => {
          world.rename(from, to);
        }),
      ),
  ),
  fc.constant(new Step('compare', (known, world) => compare(known, world))),
  fc.constant(
    new Step('look again', async (known, world) => {
      await world.engine.recheck();
      known.unseenHere.clear();
    }),
  ),
  fc.constant(new Step('rows are those of a fresh comparison', rowsAreFresh)),
  fc
    .oneof(
      fc.constant<Scope>({ kind: 'all' }),
      path.map<Scope>(name => ({ kind: 'resources', paths: [name] })),
    )
    .map(
      scope =>
        new Step(`back up ${scope.kind}`, async (known, world) => {
          await backUp(known, world, scope);
        }),
    ),
  fc.constant(new Step('back up all, twice', backUpTwice)),
  fc.tuple(fc.nat(12), path, content).map(
    ([at, name, text]) =>
      new Step(
        `back up all, while ${name} becomes '${text}' at call ${String(at)}`,
        async (known, world) => {
          await ready(known, world);
          world.atCall(at, () => {
            const before = world.disk();
            world.write(name, text, undefined);
            for (const changed of differing(before, world.disk())) known.unseenHere.add(changed);
          });
          await backUp(known, world, { kind: 'all' });
        },
      ),
  ),
  fc.tuple(fc.nat(12), path, content).map(
    ([at, name, text]) =>
      new Step(
        `back up all, while somebody stores ${name} '${text}' at call ${String(at)}`,
        async (known, world) => {
          await ready(known, world);
          world.atCall(at, () => {
            there(known, world, () => {
              world.place(name, text);
            });
          });
          await backUp(known, world, { kind: 'all' });
        },
      ),
  ),
  fc.nat(12).map(
    at =>
      new Step(`back up all, cancelled at call ${String(at)}`, async (known, world) => {
        const cancelling = new AbortController();
        await ready(known, world);
        world.atCall(at, () => {
          cancelling.abort();
        });
        await backUp(known, world, { kind: 'all' }, cancelling.signal);
      }),
  ),
  fc.nat(12).map(
    at =>
      new Step(`back up all, until the engine ends at call ${String(at)}`, async (known, world) => {
        await ready(known, world);
        world.atCall(at, () => {
          world.end();
        });
        await backUp(known, world, { kind: 'all' });
        world.restart();
        known.unseenHere.clear();
      }),
  ),
  fc.constant(
    new Step('verify', async (known, world) => {
      await ready(known, world);
      const before = world.disk();
      const cloud = world.cloud();
      const scope = { kind: 'resources', paths: [world.root] } as const;
      await world.engine.verify({ folders: [{ setup: world.setup, scope }] }, never);
      allSeen(known);
      assert.deepEqual(world.disk(), before);
      assert.deepEqual(world.cloud(), cloud);
    }),
  ),
  fc.constantFrom<ConflictChoice>('skip', 'replace', 'keep-both').map(
    choice =>
      new Step(`restore all, ${choice}`, async (known, world) => {
        await restore(known, world, choice);
      }),
  ),
  fc.constant(new Step('free up all', freeUp)),
];

const rare: readonly fc.Arbitrary<Command>[] = [
  fc.tuple(path, content).map(
    ([name, text]) =>
      new Step(`somebody stores ${name} '${text}'`, (known, world) => {
        there(known, world, () => {
          world.place(name, text);
        });
      }),
  ),
  path.map(
    name =>
      new Step(`somebody deletes the copy of ${name}`, (known, world) => {
        there(known, world, () => {
          world.removeCopy(name);
        });
      }),
  ),
  fc.constant(
    new Step('somebody empties the bucket', (known, world) => {
      there(known, world, () => {
        for (const name of world.cloud().keys()) world.removeCopy(name);
      });
    }),
  ),
  fc.constant(
    new Step('restart', (_, world) => {
      world.restart();
    }),
  ),
  fc.constant(
    new Step('forget what is lost', async (known, world) => {
      await ready(known, world);
      const scope = { kind: 'resources', paths: [world.root] } as const;
      await world.engine.forgetLost({ folders: [{ setup: world.setup, scope }] }, never);
      allSeen(known);
    }),
  ),
  fc.constantFrom<readonly string[]>([], ['b'], ['d']).map(
    exclude =>
      new Step(`exclude [${exclude.join()}]`, (_, world) => {
        world.changeExclude(exclude);
      }),
  ),
];

/** All that users, other programs and other computers do, and all that the engine is asked for. */
export const commands: fc.Arbitrary<Command>[] = [...usual, ...usual, ...rare];

const never = new AbortController().signal;

/** What a user does to the disk, with or without a word to the engine. */
async function here(known: Knowledge, world: World, told: boolean, act: () => void): Promise<void> {
  const before = world.disk();
  act();
  const changed = differing(before, world.disk());
  for (const name of changed) known.unseenHere.add(name);
  if (!told) return;
  await world.engine.filesChanged(
    world.setup.id,
    changed.map(name => join(world.root, name)),
  );
  // Without a comparison at hand nobody listens.
  if (world.isCompared) for (const name of changed) known.unseenHere.delete(name);
}

/** What somebody else does in the bucket; a freed file's copy is then theirs to answer for. */
function there(known: Knowledge, world: World, act: () => void): void {
  const before = world.cloud();
  act();
  for (const name of differing(before, world.cloud())) {
    known.unseenThere.add(name);
    known.disturbed.add(name);
    known.freed.delete(name);
  }
}

async function compare(known: Knowledge, world: World): Promise<void> {
  const before = world.disk();
  await world.compare();
  allSeen(known);
  assert.deepEqual(world.disk(), before);
}

/** What is chosen on the disk is compared anew, like everything. */
function allSeen(known: Knowledge): void {
  known.unseenHere.clear();
  known.unseenThere.clear();
}

/** Compares where there is no comparison at hand: others need one. */
async function ready(known: Knowledge, world: World): Promise<void> {
  if (!world.isCompared) await compare(known, world);
}

async function rowsAreFresh(known: Knowledge, world: World): Promise<void> {
  await ready(known, world);
  await world.engine.recheck();
  known.unseenHere.clear();
  if (known.unseenThere.size > 0) return;
  const live = verdicts(world);
  await compare(known, world);
  const fresh = verdicts(world);
  for (const name of new Set([...live.keys(), ...fresh.keys()])) {
    const [before, after] = [live.get(name), fresh.get(name)];
    // What has changed is out of date until somebody reads it, and it may be what it was.
    if (before === 'out-of-date' && after === 'up-to-date') continue;
    assert.equal(before, after, name);
  }
}

function verdicts(world: World): ReadonlyMap<string, string> {
  return new Map([...world.rows()].map(([name, { verdict }]) => [name, verdict.kind]));
}

async function backUp(
  known: Knowledge,
  world: World,
  wanted: Scope,
  signal: AbortSignal = never,
): Promise<Report | undefined> {
  if (wanted.kind !== 'resources') await ready(known, world);
  const scope: Scope =
    wanted.kind === 'resources'
      ? { ...wanted, paths: wanted.paths.map(name => join(world.root, name)) }
      : wanted;
  const before = world.cloud();
  // What is chosen by its path is looked at once more, there too.
  const unseen = new Set(wanted.kind === 'resources' ? [] : known.unseenThere);
  let asked = 0;
  let report: Report | undefined;
  try {
    const plan = await world.engine.planBackUp(
      { folders: [{ setup: world.setup, scope }] },
      signal,
    );
    asked = plan.unknownOrigin.files;
    report = await world.engine.run(plan.planId, signal);
    assert.equal(report.done + report.failed + report.skipped + report.cancelled, report.planned);
    assert.equal(report.planned, plan.files);
  } catch (error) {
    // What is asked for by its name may be gone.
    const expected = wanted.kind === 'resources' ? 'file-vanished' : 'cancelled';
    assert.ok(error instanceof Failure && error.code === expected, String(error));
  }
  checkWritten(known, world, before, { unseen, asked });
  return report;
}

/** No copy of somebody else's, and none of a freed file, is replaced without a question. */
function checkWritten(
  known: Knowledge,
  world: World,
  before: Files,
  { unseen, asked }: { readonly unseen: ReadonlySet<string>; readonly asked: number },
): void {
  const after = world.cloud();
  let replaced = 0;
  for (const name of differing(before, after)) {
    // Somebody else was at it meanwhile.
    if (known.disturbed.has(name)) continue;
    const written = after.get(name);
    assert.ok(written !== undefined, `the copy of ${name} is gone`);
    assert.ok(!isExcluded(world, name), `${name} is excluded, and was sent`);
    assert.ok(
      !before.has(name) || !unseen.has(name),
      `a copy of ${name} was replaced that nobody had seen`,
    );
    const isOurs = before.get(name) === known.ours.get(name);
    if (before.has(name) && (known.freed.delete(name) || !isOurs)) replaced += 1;
    known.ours.set(name, written);
  }
  assert.ok(replaced <= asked, 'a copy was replaced without a question');
}

function isExcluded(world: World, name: string): boolean {
  return name.split('/').some(segment => world.exclude.includes(segment));
}

async function backUpTwice(known: Knowledge, world: World): Promise<void> {
  await compare(known, world);
  const first = await backUp(known, world, { kind: 'all' });
  if (first === undefined || first.failed > 0) return;
  const { bucket } = world;
  const calls = bucket.calls.length;
  const second = await backUp(known, world, { kind: 'all' });
  assert.equal(second?.planned, 0);
  const writes = ['put', 'startMultipart'];
  assert.ok(!bucket.calls.slice(calls).some(({ operation }) => writes.includes(operation)));
}

async function restore(known: Knowledge, world: World, choice: ConflictChoice): Promise<void> {
  await ready(known, world);
  const before = world.disk();
  const trashed = world.trash.length;
  const cloud = world.cloud();
  const request = { folders: [{ setup: world.setup, scope: { kind: 'all' } as const }] };
  const { planId } = await world.engine.planRestore(request, never);
  world.engine.chooseConflicts({ planId, choice, except: [] });
  const report = await world.engine.run(planId, never);
  assert.equal(report.done + report.failed + report.skipped + report.cancelled, report.planned);
  assert.deepEqual(world.cloud(), cloud);
  const after = world.disk();
  const safeElsewhere = [...world.trash.slice(trashed), ...after.values()];
  for (const name of differing(before, after)) {
    const old = before.get(name);
    if (old === undefined) continue;
    assert.equal(choice, 'replace', `${name} was replaced`);
    assert.equal(after.get(name), cloud.get(name));
    assert.ok(safeElsewhere.includes(old), `what was in ${name} is gone`);
  }
  for (const name of after.keys()) if (!before.has(name)) known.unseenHere.delete(name);
  for (const [name, content] of after) {
    known.freed.delete(name);
    if (content !== cloud.get(name)) continue;
    known.ours.set(name, content);
    if (!before.has(name)) known.unseenThere.delete(name);
  }
}

async function freeUp(known: Knowledge, world: World): Promise<void> {
  await ready(known, world);
  const before = world.disk();
  const cloud = world.cloud();
  const request = { folders: [{ setup: world.setup, scope: { kind: 'all' } as const }] };
  const { planId, files } = await world.engine.planFreeUp(request, never);
  if (files === 0) return;
  world.engine.chooseFreeUpMethod({ planId, method: 'delete' });
  const report = await world.engine.run(planId, never);
  assert.equal(report.done + report.failed + report.skipped + report.cancelled, report.planned);
  assert.deepEqual(world.cloud(), cloud);
  const gone = differing(before, world.disk());
  assert.equal(gone.length, report.done);
  for (const name of gone) {
    assert.equal(cloud.get(name), before.get(name), `${name} was freed`);
    known.freed.set(name, before.get(name) ?? '');
  }
}
