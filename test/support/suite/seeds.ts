import { randomInt } from 'node:crypto';

/**
 * What chance comes from in the tests. A change that is right must not fail by the draw, so the
 * seeds are committed; `npm run soak` draws new ones, and one that finds a fault is added here.
 */
const committed: readonly number[] = [20_261_122, 271_828, 319_529_203];

/** Names the seeds to use in place of these, with commas between, or is `random`. */
export const seedsVariable = 'S3_BACKUP_SEEDS';

/** As many as are committed. */
export function newSeeds(): readonly number[] {
  return committed.map(() => randomInt(2 ** 31));
}

/** Reads the variable's value; `undefined` stands for the committed ones. */
export function readSeeds(value: string | undefined): readonly number[] {
  if (value === undefined) return committed;
  if (value === 'random') {
    const drawn = newSeeds();
    console.log(`${seedsVariable}=${drawn.join()} repeats this run.`);
    return drawn;
  }
  const given = value.split(',').map(Number);
  if (!given.every(seed => Number.isSafeInteger(seed))) {
    throw new Error(`${seedsVariable} must be whole numbers with commas between, or random.`);
  }
  return given;
}

/** Those of this run. */
export const seeds = readSeeds(process.env[seedsVariable]);

/** For tests that take one alone. */
export const firstSeed = seeds[0] ?? 0;
