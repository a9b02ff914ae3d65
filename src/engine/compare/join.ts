import type { FailureRecord } from '../../protocol/failures';
import type { FilePath } from '../../protocol/folders';
import type { IgnoreReason, Verdict } from '../../protocol/verdicts';
import type { CloudFiles } from '../scan/cloudFiles';
import type { CloudEntry, CloudFile } from '../scan/cloudListing';
import type { ExcludeRules } from '../scan/exclude';
import { Failure } from '../failures/failure';
import type { TimeSlice } from '../concurrency/timeSlice';
import { parentPath } from '../disk/filePath';
import { maxKeyBytes, toKey } from '../disk/objectKey';
import { judge, onlyInCloud, type Case, type ContentQuestion, type JudgeRules } from './judge';
import type { LocalFile } from '../disk/localFile';
import type { LocalEntry } from '../scan/localScan';
import type { Reading, Receipt } from '../records/receipts';
import type { Finding } from './finding';
import { Findings } from './findings';
import { placesInCloud } from './placesInCloud';

/** Everything that was found on the two sides. */
export interface Sides {
  /** Everything on disk except the folders that were walked. */
  readonly local: ReadonlyMap<FilePath, LocalLeaf>;
  /** The folders that were walked. */
  readonly folders: ReadonlySet<FilePath>;
  readonly cloud: CloudFiles;
  /** Keys that no file can have. */
  readonly setAside: readonly SetAside[];
  /** What was proved earlier. */
  readonly receipts: ReadonlyMap<FilePath, Receipt>;
  /** What was read earlier and found different. */
  readonly readings: ReadonlyMap<FilePath, Reading>;
}

/** What is on disk at one path, except a folder that is walked. */
export type LocalLeaf = Extract<LocalEntry, { readonly kind: 'file' | 'ignored' | 'unreadable' }>;
export type SetAside = Extract<CloudEntry, { readonly kind: 'set-aside' }>;

export interface JoinRules extends JudgeRules {
  readonly prefix: string;
  readonly exclude: ExcludeRules;
  /** Why the listing broke off; `undefined` for a complete one. */
  readonly incomplete: FailureRecord | undefined;
}

export interface Joined {
  readonly findings: Findings;
  /** Files whose verdict depends on their content. */
  readonly questions: readonly ContentCase[];
}

export interface ContentCase {
  readonly local: LocalFile;
  readonly cloud: CloudFile;
  readonly receipt: Receipt | undefined;
  readonly question: ContentQuestion;
}

/**
 * Joins the two sides by their paths, in a hash map: sorted streams cannot be merged, since
 * JavaScript, S3 and disks sort differently. Every distinct path becomes one finding or question.
 */
export async function joinSides(sides: Sides, rules: JoinRules, slice: TimeSlice): Promise<Joined> {
  const findings = new Findings(sides.cloud);
  const questions: ContentCase[] = [];
  const hiddenBelow = new Map<FilePath, number>();
  const ignoredInCloud = new Map<FilePath, IgnoredInCloud>();
  const { doubtful, others } = doubtfulPaths(sides);

  const placeOf = placesInCloud(sides, rules.exclude);
  for (let row = 0; row < sides.cloud.size; row++) {
    const path = sides.cloud.pathAt(row);
    if (slice.isOver) await slice.next(path);
    if (sides.local.has(path)) continue;
    const place = placeOf(path);
    if (place.kind === 'hidden') {
      hiddenBelow.set(place.below, (hiddenBelow.get(place.below) ?? 0) + 1);
    } else if (place.kind === 'ignored') {
      const before = ignoredInCloud.get(place.path);
      ignoredInCloud.set(place.path, {
        isFolder: place.isFolder || before?.isFolder === true,
        because: before?.because ?? place.because,
        hiddenCopies: (before?.hiddenCopies ?? 0) + 1,
      });
    } else if (place.verdict === onlyInCloud) {
      findings.addOnlyInCloud(row);
    } else {
      findings.add(finding(path, { cloud: sides.cloud.at(row), verdict: place.verdict }));
    }
  }

  for (const entry of sides.local.values()) {
    const path = pathOf(entry);
    if (slice.isOver) await slice.next(path);
    const cloud = sides.cloud.get(path);
    if (entry.kind === 'file' && doubtful.has(path)) {
      findings.add(finding(path, { local: entry.file, verdict: oddEntry(path) }));
      continue;
    }
    if (entry.kind === 'file') {
      const receipt = sides.receipts.get(path);
      const reading = sides.readings.get(path);
      const judgement = judgeFile({ local: entry.file, cloud, receipt, reading }, rules);
      if (judgement.kind === 'ask-content') {
        if (cloud !== undefined) {
          questions.push({ local: entry.file, cloud, receipt, question: judgement });
        }
      } else {
        findings.add(finding(path, { local: entry.file, cloud, verdict: judgement }));
      }
      continue;
    }
    const verdict: Verdict =
      entry.kind === 'unreadable'
        ? { kind: 'unchecked', failure: entry.failure }
        : {
            kind: 'ignored',
            because: entry.because,
            hiddenCopies:
              (hiddenBelow.get(path) ?? 0) + (cloud === undefined && !doubtful.has(path) ? 0 : 1),
          };
    findings.add(finding(path, { isFolder: entry.isFolder, cloud, verdict }));
  }

  for (const [path, { isFolder, because, hiddenCopies }] of ignoredInCloud) {
    findings.add(finding(path, { isFolder, verdict: { kind: 'ignored', because, hiddenCopies } }));
  }
  for (const [path, receipt] of sides.receipts) {
    if (slice.isOver) await slice.next(path);
    if (sides.local.has(path) || sides.cloud.has(path)) continue;
    const verdict = doubtful.has(path)
      ? oddEntry(path)
      : verdictOfGone(path, receipt, sides, rules);
    if (verdict !== undefined) findings.add(finding(path, { verdict }));
  }
  for (const entry of others) findings.add(setAsideFinding(entry, rules.prefix));
  return { findings, questions };
}

interface DoubtfulPaths {
  /** Paths with a row of which the listing does not say for certain whether they have a copy. */
  readonly doubtful: ReadonlySet<FilePath>;
  /** Entries that were set aside and need rows of their own. */
  readonly others: readonly SetAside[];
}

/**
 * A faulty entry of the listing may belong to a file that is here or was safe once: such a file is
 * not missing, nor is it lost.
 */
function doubtfulPaths({ local, cloud, receipts, setAside }: Sides): DoubtfulPaths {
  const doubtful = new Set<FilePath>();
  const rows = new Set<FilePath>();
  const others: SetAside[] = [];
  for (const entry of setAside) {
    const { path } = entry;
    if (path === undefined) {
      others.push(entry);
    } else if (!cloud.has(path) && (local.has(path) || receipts.has(path))) {
      doubtful.add(path);
    } else if (cloud.has(path) || rows.has(path)) {
      // The row of its path is taken; this one gets a path that no file can have.
      others.push({ ...entry, key: `./${entry.key}` });
    } else {
      rows.add(path);
      others.push(entry);
    }
  }
  return { doubtful, others };
}

/** The verdict on a file of which the listing may speak, in an entry that cannot be read. */
export function oddEntry(path: FilePath): Verdict {
  return { kind: 'unchecked', failure: new Failure('odd-entry', path).toRecord() };
}

interface IgnoredInCloud {
  readonly isFolder: boolean;
  readonly because: IgnoreReason;
  readonly hiddenCopies: number;
}

/**
 * The verdict on a path that was proved once and now is on neither side; `undefined` where it is
 * below something that is ignored as a whole, and may still be there.
 */
function verdictOfGone(
  path: FilePath,
  receipt: Receipt,
  sides: Sides,
  rules: JoinRules,
): Verdict | undefined {
  for (let above = parentPath(path); above !== ''; above = parentPath(above)) {
    const entry = sides.local.get(above);
    if (entry?.kind === 'unreadable') return { kind: 'unchecked', failure: entry.failure };
    if (entry?.kind === 'ignored' && (entry.isFolder || entry.because.kind === 'link')) {
      return undefined;
    }
  }
  if (rules.incomplete !== undefined) return { kind: 'unchecked', failure: rules.incomplete };
  const gone = { local: undefined, cloud: undefined, receipt, reading: undefined };
  const verdict = judge(gone, rules);
  return verdict?.kind === 'ask-content' ? undefined : verdict;
}

function judgeFile(
  known: Case & { readonly local: LocalFile },
  rules: JoinRules,
): Verdict | ContentQuestion {
  const tooLong = keyTooLong(rules.prefix, known.local.path);
  if (tooLong !== undefined) return tooLong;
  if (known.cloud === undefined && rules.incomplete !== undefined) {
    return { kind: 'unchecked', failure: rules.incomplete };
  }
  return judge(known, rules);
}

/** The verdict on a file whose key is too long for any bucket; `undefined` for a shorter key. */
export function keyTooLong(prefix: string, path: FilePath): Verdict | undefined {
  // A UTF-16 unit takes three bytes of UTF-8 at the most.
  if ((prefix.length + path.length) * 3 <= maxKeyBytes) return undefined;
  if (Buffer.byteLength(toKey(prefix, path)) <= maxKeyBytes) return undefined;
  return { kind: 'unchecked', failure: new Failure('key-too-long', path).toRecord() };
}

function setAsideFinding(
  { key, size, modifiedAtMs, etag, fault }: SetAside,
  prefix: string,
): Finding {
  // The marker of the prefix itself has no name below the prefix, so that it gets one.
  const rest = key.startsWith(prefix) ? key.slice(prefix.length) : key;
  const path = (rest === '' ? './' : rest) as FilePath;
  return finding(path, {
    cloud: { path, size, etag, modifiedAtMs, storageClass: undefined },
    verdict: { kind: 'ignored', because: { kind: 'not-a-path', fault }, hiddenCopies: 1 },
  });
}

function finding(
  path: FilePath,
  {
    isFolder = false,
    local,
    cloud,
    verdict,
  }: {
    readonly isFolder?: boolean;
    readonly local?: LocalFile | undefined;
    readonly cloud?: CloudFile | undefined;
    readonly verdict: Verdict;
  },
): Finding {
  return { path, isFolder, local, cloud, verdict };
}

export function pathOf(entry: LocalLeaf): FilePath {
  return entry.kind === 'file' ? entry.file.path : entry.path;
}
