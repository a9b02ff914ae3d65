import type { FailureCode } from '../../../src/protocol/failures';
import { quirks } from '../../support/servers/quirks';

/** What each stage of the job came to: of each path, or one failure of the whole. */
export interface Outcome {
  readonly compared: ByPath | FailureOfAll;
  readonly backedUp: ByPath | FailureOfAll;
  readonly comparedAgain: ByPath | FailureOfAll;
  readonly restored: ByPath | FailureOfAll;
  readonly freed: ByPath | FailureOfAll;
  readonly comparedAfterwards: ByPath | FailureOfAll;
  readonly cameBack: ByPath | FailureOfAll;
}
export type ByPath = Readonly<Record<string, string>>;
export type FailureOfAll = `failed: ${string}`;

const large = (fill: number) => Buffer.alloc((8 << 20) + 1, fill);
export const local: Readonly<Record<string, string | Buffer>> = {
  'new.txt': 'new',
  'same.txt': 'same',
  'old.txt': 'changed since',
  'new.bin': large(1),
  'old.bin': large(2),
};
export const inCloudOnly = { 'freed.txt': 'freed' };

const backedUp = { 'new.txt': 'done', 'old.txt': 'done', 'new.bin': 'done', 'old.bin': 'done' };

export const works = {
  compared: {
    'new.txt': 'missing-in-cloud',
    'same.txt': 'up-to-date',
    'old.txt': 'out-of-date',
    'new.bin': 'missing-in-cloud',
    'old.bin': 'out-of-date',
    'freed.txt': 'only-in-cloud',
  },
  backedUp,
  comparedAgain: {
    ...Object.fromEntries(Object.keys(local).map(path => [path, 'up-to-date'])),
    'freed.txt': 'only-in-cloud',
  },
  restored: Object.fromEntries(
    [...Object.keys(local), ...Object.keys(inCloudOnly)].map(path => [path, 'done']),
  ),
  // Of the one that somebody else stored, nothing proves yet that it has the same bytes.
  freed: backedUp,
  comparedAfterwards: {
    ...mapValues(backedUp, () => 'only-in-cloud'),
    'same.txt': 'up-to-date',
    'freed.txt': 'only-in-cloud',
  },
  cameBack: { ...backedUp, 'freed.txt': 'done' },
} as const satisfies Outcome;

/** No list can be had: nothing is judged, and nothing is sent. */
function fails(code: FailureCode): Outcome {
  const all: FailureOfAll = `failed: ${code}`;
  // Without a comparison there is nothing to plan from.
  const noPlan: FailureOfAll = 'failed: plan-outdated';
  return {
    compared: all,
    backedUp: noPlan,
    comparedAgain: all,
    restored: all,
    freed: noPlan,
    comparedAfterwards: all,
    cameBack: all,
  };
}

/** What a list begins with is known, and what it breaks off before is not. */
function breaksOff(code: FailureCode): Outcome {
  const unchecked = mapValues(works.comparedAgain, () => `unchecked: ${code}`);
  return {
    compared: unchecked,
    backedUp: {},
    comparedAgain: unchecked,
    restored: {},
    freed: {},
    comparedAfterwards: unchecked,
    cameBack: {},
  };
}

/** Some files fail to be backed up, and stay what they were; all others go their way. */
function keepsOut(failures: Partial<Record<keyof typeof works.backedUp, FailureCode>>): Outcome {
  const failed = Object.keys(failures) as (keyof typeof failures)[];
  const asBefore = Object.fromEntries(failed.map(path => [path, works.compared[path]]));
  const isThere = (path: string) =>
    !failed.some(name => name === path && works.compared[name] === 'missing-in-cloud');
  return {
    compared: works.compared,
    backedUp: { ...works.backedUp, ...failures },
    comparedAgain: { ...works.comparedAgain, ...asBefore },
    restored: Object.fromEntries(Object.entries(works.restored).filter(([path]) => isThere(path))),
    // What is in the cloud as something else, or not at all, is not freed.
    freed: withoutPaths(works.freed, failed),
    comparedAfterwards: { ...works.comparedAfterwards, ...asBefore },
    cameBack: withoutPaths(works.cameBack, failed),
  };
}

/** A list with one entry more, which is set aside and never restored. */
function setsAside(path: string): Outcome {
  return {
    compared: { ...works.compared, [path]: 'ignored' },
    backedUp: works.backedUp,
    comparedAgain: { ...works.comparedAgain, [path]: 'ignored' },
    restored: { ...works.restored, [path]: 'odd-entry' },
    freed: works.freed,
    comparedAfterwards: { ...works.comparedAfterwards, [path]: 'ignored' },
    cameBack: { ...works.cameBack, [path]: 'odd-entry' },
  };
}

function withoutPaths(outcome: ByPath, paths: readonly string[]): ByPath {
  return Object.fromEntries(Object.entries(outcome).filter(([path]) => !paths.includes(path)));
}

/** Where entries lack their ETags, nothing is said of a file that has one. */
const withoutEtags = {
  compared: {
    ...mapValues(works.compared, () => 'unchecked: odd-entry'),
    'new.txt': 'missing-in-cloud',
    'new.bin': 'missing-in-cloud',
  },
  comparedAgain: mapValues(works.comparedAgain, () => 'unchecked: odd-entry'),
  restored: mapValues(works.restored, () => 'odd-entry'),
};

/** What is not as with a store that is as it should be. */
export const expected: Readonly<Record<string, Outcome>> = {
  ...Object.fromEntries(
    Object.keys(quirks)
      .filter(what => what.endsWith(' for lists'))
      .map(what => [what, fails('not-s3')]),
  ),
  'lists compressed unasked': fails('not-s3'),
  'lists with an entry without ETag': setsAside('odd'),
  'lists with a % that begins no escape': setsAside('100%.dat'),
  'lists without ETags': {
    ...withoutEtags,
    backedUp: { 'new.txt': 'done', 'new.bin': 'done' },
    freed: {},
    comparedAfterwards: withoutEtags.comparedAgain,
    cameBack: {},
  },
  'no ETags at all': {
    compared: withoutEtags.compared,
    backedUp: { 'new.txt': 'no-etags', 'new.bin': 'no-etags' },
    // The small one has arrived, but nothing proves it.
    comparedAgain: { ...withoutEtags.comparedAgain, 'new.bin': 'missing-in-cloud' },
    restored: Object.fromEntries(
      Object.entries(withoutEtags.restored).filter(([path]) => path !== 'new.bin'),
    ),
    freed: {},
    comparedAfterwards: { ...withoutEtags.comparedAgain, 'new.bin': 'missing-in-cloud' },
    cameBack: {},
  },
  'lists whose tokens run in a circle': breaksOff('store-error'),
  'lists of endless empty pages': breaksOff('store-error'),
  'a name refused with a page': keepsOut({ 'new.txt': 'name-refused' }),
  'a name refused with 409, which cannot be looked at then': keepsOut({
    'new.txt': 'name-refused',
  }),
  'a name that is taken for another, which is not listed': keepsOut({ 'new.txt': 'name-in-use' }),
  '500 for one small file': keepsOut({ 'new.txt': 'file-refused' }),
  '500 for the parts of one file': keepsOut({ 'new.bin': 'file-refused' }),
  // A list is look enough before a write; what was sent in parts is looked at before it is read.
  'HEAD forbidden': {
    ...works,
    restored: { ...works.restored, 'new.bin': 'access-denied', 'old.bin': 'access-denied' },
    // Each copy is looked at before its file goes.
    freed: mapValues(works.freed, () => 'access-denied'),
    comparedAfterwards: works.comparedAgain,
    cameBack: { 'freed.txt': 'done' },
  },
  'objects compressed unasked': {
    ...works,
    restored: mapValues(works.restored, () => 'not-as-stored'),
    // The copies are there, but cannot be read back.
    freed: mapValues(works.freed, () => 'copy-unreadable'),
    comparedAfterwards: works.comparedAgain,
    cameBack: { 'freed.txt': 'not-as-stored' },
  },
};

export function mapValues<T, U, K extends string>(
  record: Readonly<Record<K, T>>,
  map: (value: T) => U,
): Record<K, U> {
  const entries = Object.entries<T>(record).map(([name, value]) => [name, map(value)] as const);
  return Object.fromEntries(entries) as Record<K, U>;
}
