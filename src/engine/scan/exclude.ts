import { isDeepStrictEqual } from 'node:util';
import ignore, { type Ignore } from 'ignore';
import type { FailureRecord } from '../../protocol/failures';
import type { FilePath } from '../../protocol/folders';
import type { IgnoreReason } from '../../protocol/verdicts';
import { toFailure } from '../failures/failure';
import { isWithin, parentPath } from '../disk/filePath';
import { noIgnoreFiles, type IgnoreFiles, type IgnoreLine } from './ignoreFiles';

/** Which paths are not backed up, and by which rule: one matcher for every way in. */
export interface Exclude {
  /**
   * What the rules say of a path: `undefined` where nothing speaks against it. A path below an
   * ignored folder is ignored by that folder's rule.
   */
  match(path: FilePath, kind: 'file' | 'folder'): Ruling | undefined;
  /** The topmost folder above a path that is ruled out, or the path itself where only it is. */
  find(path: FilePath, kind: 'file' | 'folder'): RuledPath | undefined;
  /**
   * Forgets what was read at a path that has changed and below it. Gives the folder whose files
   * may fall under other rules now, where the path held some.
   */
  forget(path: FilePath): FilePath | undefined;
  /** The ignore files that were read, or could not be. */
  sources(): readonly FilePath[];
}

export type Ruling =
  | { readonly kind: 'ignored'; readonly because: IgnoreReason }
  /** An ignore file above could not be read: nobody knows whether this path is to be left out. */
  | { readonly kind: 'unknown'; readonly failure: FailureRecord };

export interface RuledPath {
  readonly path: FilePath;
  readonly kind: 'file' | 'folder';
  readonly ruling: Ruling;
}

/**
 * A matcher over the patterns of the setting `s3Backup.exclude` and, where there are, over the
 * ignore files of each folder, all in the syntax of gitignore. Of all rules that match, the last
 * counts: those of the setting come first, then those of ignore files, the nearest one's at the end.
 * The files of a folder are read when it is first asked about, and once.
 */
export function excludeBy(
  patterns: readonly string[],
  files: IgnoreFiles = noIgnoreFiles,
): Exclude {
  const known = new Map<FilePath, FolderRules>();
  const setting = withRules(
    noRules,
    patterns.map(pattern => ({ pattern, reason: ofSetting(pattern) })),
  );

  function rulesIn(folder: FilePath): FolderRules {
    const before = known.get(folder);
    if (before !== undefined) return before;
    const rules = readRules(folder);
    known.set(folder, rules);
    return rules;
  }

  function readRules(folder: FilePath): FolderRules {
    const outer = folder === '' ? setting : rulesIn(parentPath(folder));
    if (outer.failure !== undefined) return outer;
    try {
      return withRules(
        outer,
        files.read(folder).flatMap(line => rebase(line, folder) ?? []),
      );
    } catch (error) {
      return { ...outer, failure: toFailure(error, folder).toRecord() };
    }
  }

  function match(path: FilePath, kind: 'file' | 'folder'): Ruling | undefined {
    const { matcher, reasons, failure } = rulesIn(parentPath(path));
    if (failure !== undefined) return { kind: 'unknown', failure };
    const { ignored, rule } = matcher.test(kind === 'folder' ? `${path}/` : path);
    const because = reasons[Number(rule?.mark)];
    return ignored && because !== undefined ? { kind: 'ignored', because } : undefined;
  }

  function find(path: FilePath, kind: 'file' | 'folder'): RuledPath | undefined {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      const folder = path.slice(0, end) as FilePath;
      const ruling = match(folder, 'folder');
      if (ruling !== undefined) return { path: folder, kind: 'folder', ruling };
    }
    const ruling = path === '' ? undefined : match(path, kind);
    return ruling && { path, kind, ruling };
  }

  function forget(path: FilePath): FilePath | undefined {
    const isIgnoreFile = files.holds(path);
    const folder = isIgnoreFile ? parentPath(path) : path;
    const before = known.get(folder);
    if (isIgnoreFile && before !== undefined && isAsRead(folder, before)) return undefined;
    let heldRules = isIgnoreFile;
    const outer = folder === '' ? setting : known.get(parentPath(folder));
    // What lies below a folder is known only where the folder is.
    for (const [each, rules] of before === undefined ? [] : known) {
      if (!isWithin(each, folder)) continue;
      known.delete(each);
      if (rules !== outer) heldRules = true;
    }
    return heldRules && find(folder, 'folder') === undefined ? folder : undefined;
  }

  /** Saving a file as it was makes an event, too, and several events tell of one change. */
  function isAsRead(folder: FilePath, before: FolderRules): boolean {
    const now = readRules(folder);
    return (
      isDeepStrictEqual(before.reasons, now.reasons) &&
      isDeepStrictEqual(before.failure, now.failure)
    );
  }

  function sources(): readonly FilePath[] {
    const paths = [...new Set(known.values())].flatMap(({ reasons, failure }) => [
      ...reasons.flatMap(because =>
        because.kind === 'rule' && because.line !== undefined ? because.source : [],
      ),
      ...(failure === undefined ? [] : [failure.subject]),
    ]);
    return [...new Set(paths)] as FilePath[];
  }

  return { match, find, forget, sources };
}

/** The rules of a folder: those that come from above, and then its own. */
interface FolderRules {
  readonly matcher: Ignore;
  /** By the marks of the matcher's rules. */
  readonly reasons: readonly IgnoreReason[];
  /** Why not all of them are known. */
  readonly failure: FailureRecord | undefined;
}

interface Rule {
  /** As it holds for paths relative to the workspace folder. */
  readonly pattern: string;
  readonly reason: IgnoreReason;
}

const options = {
  // As the disk has it: only Linux tells `Build` from `build` as a rule.
  ignorecase: process.platform !== 'linux',
  // Our paths are relative and in their final form; a file may well be called `...`.
  allowRelativePaths: true,
};

const noRules: FolderRules = { matcher: ignore(options), reasons: [], failure: undefined };

function withRules(outer: FolderRules, rules: readonly Rule[]): FolderRules {
  if (rules.length === 0) return outer;
  const first = outer.reasons.length;
  const own = rules.map(({ pattern }, index) => ({ pattern, mark: String(first + index) }));
  return {
    // A matcher of its own for each folder with rules: the others' need not be asked there.
    matcher: ignore(options).add(outer.matcher).add(own),
    reasons: [...outer.reasons, ...rules.map(({ reason }) => reason)],
    failure: undefined,
  };
}

function ofSetting(pattern: string): IgnoreReason {
  return { kind: 'rule', pattern, source: 's3Backup.exclude', line: undefined };
}

/** A line of a folder's ignore file as a rule over paths that begin at the workspace folder. */
function rebase({ text, source, line }: IgnoreLine, folder: FilePath): Rule | undefined {
  const reason = { kind: 'rule', pattern: text, source, line } as const;
  if (folder === '') return { pattern: text, reason };
  if (text.startsWith('#')) return undefined;
  const negation = text.startsWith('!') ? '!' : '';
  const body = text.slice(negation.length);
  const bare = body.replace(/ +$/, '');
  const below = body.startsWith('/') ? body.slice(1) : body;
  if (bare === '' || bare === '/') return undefined;
  // A slash before the end ties a pattern to its folder; without one it holds at any depth.
  const depth = bare.slice(0, -1).includes('/') ? '' : '**/';
  return { pattern: `${negation}/${escapePattern(folder)}/${depth}${below}`, reason };
}

function escapePattern(path: FilePath): string {
  return path.replace(/[\\*?[]/g, '\\$&');
}
