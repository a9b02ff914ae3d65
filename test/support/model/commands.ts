import fc from 'fast-check';

import { checkPromises, type Knowledge } from './knowledge';
import {
  backUpAll,
  backUpAllBut,
  backUpPicked,
  backUpResource,
  backUpTwice,
  compare,
  compareUnreadable,
  edit,
  forgetLost,
  freeUp,
  here,
  lookAgain,
  never,
  resolve,
  restoreAll,
  restoreVersion,
  rowsAreFresh,
  there,
  verify,
  type Operation,
} from './operations';
import { ignoreFile, type World } from './world';

type Command = fc.AsyncCommand<Knowledge, World>;

/** Few names and few contents of few sizes, so that they meet. */
const paths = ['a', 'A', 'b', 'd', 'd/a', 'd/e/b', 'café'];
const contents = ['', 'x', 'y', 'longer'];
/** The past, the same moment for all, and now. */
const times = [1_700_000_000_000, 1_700_000_060_000, undefined];
/** A minute, an hour and a day; the clock of a laptop that was asleep, or set right. */
const jumps = [60_000, 3_600_000, -3_600_000, -86_400_000];

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
    known.edited.clear();
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

/** What a user does to the disk. */
interface Act {
  readonly name: string;
  readonly paths: readonly string[];
  readonly act: (world: World) => void;
}

const write: fc.Arbitrary<Act> = fc
  .tuple(path, content, fc.constantFrom(...times))
  .map(([name, text, time]) => ({
    name: `write ${name} '${text}' at ${String(time)}`,
    paths: [name],
    act(world) {
      world.write(name, text, time);
    },
  }));

const remove: fc.Arbitrary<Act> = path.map(name => ({
  name: `delete ${name}`,
  paths: [name],
  act(world) {
    world.remove(name);
  },
}));

const rename: fc.Arbitrary<Act> = fc
  .oneof(fc.tuple(path, path), fc.constantFrom(['a', 'A'] as const, ['A', 'a'] as const))
  .map(([from, to]) => ({
    name: `rename ${from} to ${to}`,
    paths: [from, to],
    act(world) {
      world.rename(from, to);
    },
  }));

const touch: fc.Arbitrary<Act> = fc
  .tuple(path, fc.constantFrom(1_600_000_000_000, 1_700_000_000_000, 4_000_000_000_000))
  .map(([name, time]) => ({
    name: `touch ${name} at ${String(time)}`,
    paths: [name],
    act(world) {
      world.touch(name, time);
    },
  }));

const ignore: fc.Arbitrary<Act> = fc.constantFrom('', 'b', 'd').map(pattern => ({
  name: pattern === '' ? 'ignore nothing' : `ignore ${pattern}`,
  paths: [ignoreFile],
  act(world) {
    if (pattern === '') world.remove(ignoreFile);
    else world.write(ignoreFile, pattern, undefined);
  },
}));

function byUser(act: fc.Arbitrary<Act>, isTold = fc.boolean()): fc.Arbitrary<Command> {
  return fc.tuple(act, isTold).map(
    ([{ name, paths: names, act: run }, told]) =>
      new Step(`${name}${told ? ', told' : ''}`, (known, world) =>
        here(known, world, { names, isTold: told }, () => {
          run(world);
        }),
      ),
  );
}

/** What somebody else does in the bucket. */
interface OthersAct {
  readonly name: string;
  readonly act: (known: Knowledge, world: World) => void;
}

const store: fc.Arbitrary<OthersAct> = fc.tuple(path, content).map(([name, text]) => ({
  name: `somebody stores ${name} '${text}'`,
  act(_, world) {
    world.place(name, text);
  },
}));

const removeCopy: fc.Arbitrary<OthersAct> = path.map(name => ({
  name: `somebody deletes the copy of ${name}`,
  act(_, world) {
    world.removeCopy(name);
  },
}));

const rollBack: fc.Arbitrary<OthersAct> = fc.tuple(path, fc.nat(3)).map(([name, nth]) => ({
  name: `somebody rolls ${name} back to version ${String(nth)}`,
  act(known, world) {
    const versions = [...(known.keptThere.get(name) ?? [])];
    const older = versions[nth % Math.max(1, versions.length)];
    if (older !== undefined) world.place(name, older);
  },
}));

const empty: fc.Arbitrary<OthersAct> = fc.constant({
  name: 'somebody empties the bucket',
  act(_: Knowledge, world: World) {
    for (const name of world.cloud().keys()) world.removeCopy(name);
  },
});

const renew: fc.Arbitrary<OthersAct> = fc.constant({
  name: 'somebody makes the bucket anew',
  act(known: Knowledge, world: World) {
    known.keptThere.clear();
    world.renewBucket();
  },
});

function byOthers(act: fc.Arbitrary<OthersAct>): fc.Arbitrary<Command> {
  return act.map(
    ({ name, act: run }) =>
      new Step(name, (known, world) => {
        there(known, world, () => {
          run(known, world);
        });
      }),
  );
}

const operation: fc.Arbitrary<{ readonly name: string; readonly run: Operation }> = fc.oneof(
  fc.constant({ name: 'compare', run: compare }),
  fc.constant({ name: 'verify', run: verify }),
  { weight: 3, arbitrary: fc.constant({ name: 'back up all', run: backUpAll }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('skip', 'replace', 'keep-both')
      .map(choice => ({ name: `restore all, ${choice}`, run: restoreAll(choice) })),
  },
  { weight: 3, arbitrary: fc.constant({ name: 'free up all', run: freeUp }) },
  fc
    .constantFrom('mine', 'theirs', 'both')
    .map(decision => ({ name: `resolve, ${decision}`, run: resolve(decision) })),
);

/** What comes between the calls that an operation makes to the bucket. */
const meanwhile: fc.Arbitrary<{
  readonly name: string;
  readonly act: (known: Knowledge, world: World, cancelling: AbortController) => void;
}> = fc.oneof(
  fc.oneof(write, remove, touch).map(({ name, paths: names, act }) => ({
    name,
    act(known: Knowledge, world: World) {
      edit(known, world, names, () => {
        act(world);
      });
    },
  })),
  fc.oneof(store, removeCopy, rollBack).map(({ name, act }) => ({
    name,
    act(known: Knowledge, world: World) {
      there(known, world, () => {
        act(known, world);
      });
    },
  })),
  fc.constant({
    name: 'the user cancels',
    act(_: Knowledge, __: World, cancelling: AbortController) {
      cancelling.abort();
    },
  }),
  fc.constant({
    name: 'the engine ends',
    act(_: Knowledge, world: World, cancelling: AbortController) {
      cancelling.abort();
      world.end();
    },
  }),
);

/** An operation on two files makes few calls. */
const call = fc.oneof(fc.nat(3), fc.nat(12));

const disturbed: fc.Arbitrary<Command> = fc.tuple(operation, call, meanwhile).map(
  ([{ name, run }, at, { name: event, act }]) =>
    new Step(`${name}; at call ${String(at)} ${event}`, async (known, world) => {
      const cancelling = new AbortController();
      // Compared before, so that the calls are those of the operation.
      if (!world.isCompared) await compare(known, world);
      world.atCall(at, () => {
        act(known, world, cancelling);
      });
      await run(known, world, cancelling.signal);
      if (!world.hasEnded) return;
      await world.restart();
      // The next engine knows no rows before it compares.
      known.unseenHere.clear();
    }),
);

/** What somebody else has stored, and the user sees. */
const seen: fc.Arbitrary<Command> = fc.constantFrom('a', 'd/a').chain(name =>
  content.map(
    text =>
      new Step(`somebody stores ${name} '${text}', and it is compared`, async (known, world) => {
        there(known, world, () => {
          world.place(name, text);
        });
        known.disturbed.clear();
        await compare(known, world);
      }),
  ),
);

/** What happens every day. */
const usual: readonly fc.Arbitrary<Command>[] = [
  byUser(write),
  byUser(write),
  byUser(remove),
  byUser(rename),
  seen,
  fc.constant(new Step('compare', (known, world) => compare(known, world))),
  fc.constant(new Step('look again', lookAgain)),
  fc.constant(new Step('rows are those of a fresh comparison', rowsAreFresh)),
  path.map(
    name => new Step(`back up ${name}`, (known, world) => backUpResource(known, world, name)),
  ),
  fc.constant(new Step('back up all, twice', backUpTwice)),
  operation.map(({ name, run }) => new Step(name, (known, world) => run(known, world, never))),
  disturbed,
  disturbed,
];

const rare: readonly fc.Arbitrary<Command>[] = [
  byUser(touch),
  byUser(ignore, fc.constant(true)),
  byOthers(fc.oneof({ weight: 3, arbitrary: store }, removeCopy, rollBack)),
  byOthers(fc.oneof({ weight: 3, arbitrary: store }, empty, renew)),
  fc.constant(new Step('restart', (_, world) => world.restart())),
  fc.constantFrom(...jumps).map(
    ms =>
      new Step(`the clock jumps by ${String(ms)} ms`, (known, world) => {
        known.hasClockJumped = true;
        world.jump(ms);
      }),
  ),
  fc.constant(new Step('forget what is lost', (known, world) => forgetLost(known, world, never))),
  path.map(
    name => new Step(`back up ${name}, picked`, (known, world) => backUpPicked(known, world, name)),
  ),
  path.map(
    name => new Step(`back up all but ${name}`, (known, world) => backUpAllBut(known, world, name)),
  ),
  fc
    .tuple(path, fc.nat(3))
    .map(
      ([name, nth]) =>
        new Step(`restore ${name}, version ${String(nth)}`, (known, world) =>
          restoreVersion(known, world, { name, nth }),
        ),
    ),
  fc
    .constantFrom('a', 'd', 'd/a')
    .map(
      name =>
        new Step(`compare, ${name} unreadable`, (known, world) =>
          compareUnreadable(known, world, name),
        ),
    ),
  fc.constantFrom<readonly string[]>([], ['b'], ['d']).map(
    exclude =>
      new Step(`exclude [${exclude.join()}]`, (_, world) => {
        world.changeRules({ exclude });
      }),
  ),
  fc.constantFrom('smart', 'time', 'content').map(
    rule =>
      new Step(`compare by ${rule}`, (_, world) => {
        world.changeRules({ rule });
      }),
  ),
];

/** All that users, other programs and other computers do, and all that the engine is asked for. */
export const commands: fc.Arbitrary<Command>[] = [...usual, ...usual, ...rare];
