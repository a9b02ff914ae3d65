import { isDeepStrictEqual } from 'node:util';
import ignore, { type Ignore } from 'ignore';
import type { FailureRecord } from '../../protocol/failures';
import type { FilePath } from '../../protocol/folders';
import type { IgnoreReason } from '../../protocol/verdicts';
import { toFailure } from '../failures/failure';
import { fileName, foldersAbove, isWithin, parentPath } from '../disk/filePath';
import { conflictNames } from '../disk/rename';
import {
  folderRuledBy,
  inRepository,
  isIgnoreFile,
  noIgnoreFiles,
  readIgnoreFiles,
  type IgnoreFiles,
} from './ignoreFiles';

export type Ruling =
  | { readonly kind: 'ignored'; readonly because: IgnoreReason }
  /** An ignore file above cannot be read, so that nobody knows whether the path is ignored. */
  | { readonly kind: 'unknown'; readonly failure: FailureRecord };

export interface RuledPath {
  readonly path: FilePath;
  readonly kind: 'file' | 'folder';
  readonly ruling: Ruling;
}

/**
 * Decides which paths are not backed up, and by which rule. The rules are the patterns of the setting
 * `s3Backup.exclude` and the lines of the ignore files, all in the syntax of gitignore
 * (https://git-scm.com/docs/gitignore). The last rule that matches decides: the one for kept copies
 * comes first, then the setting's rules, then those of ignore files from the root down, that of the
 * repository where the workspace folder is a part of one. The ignore files of a folder are read once,
 * when a path in it is first asked about.
 */
export class ExcludeRules {
  readonly #files: IgnoreFiles;
  readonly #innerFolders: ReadonlySet<FilePath>;
  readonly #setting: FolderRules;
  readonly #byFolder = new Map<FilePath, FolderRules>();
  /** The folder that was asked about last: walks go from folder to folder. */
  #last:
    { readonly folder: FilePath; readonly matcher: Ignore; readonly ignored: boolean } | undefined;

  /** `innerFolders` are backed up by themselves, whatever the rules say of them. */
  constructor(
    patterns: readonly string[],
    files: IgnoreFiles = noIgnoreFiles,
    innerFolders: readonly FilePath[] = [],
  ) {
    this.#files = files;
    this.#innerFolders = new Set(innerFolders);
    const rules = [
      ...keptCopies,
      ...patterns.map(pattern => ({ pattern, reason: ofSetting(pattern) })),
    ];
    this.#setting = withRules(
      noRules,
      rules.flatMap(rule => rebase(rule, files.base) ?? []),
    );
  }

  /**
   * Returns what the rules say about a path, or `undefined` if it is backed up. A path below an
   * ignored folder is ignored by that folder's rule.
   */
  match(path: FilePath, kind: 'file' | 'folder'): Ruling | undefined {
    if (kind === 'folder' && this.#innerFolders.has(path)) {
      return { kind: 'ignored', because: { kind: 'inner-folder' } };
    }
    const folder = parentPath(path);
    const { matcher, reasons, names, failure } = this.#rulesIn(folder);
    if (failure !== undefined) return { kind: 'unknown', failure };
    if (!names.test(fileName(path)) && !this.#isIgnored(folder, matcher)) return undefined;
    const tested = inRepository(this.#files.base, path);
    const { ignored, rule } = matcher.test(kind === 'folder' ? `${tested}/` : tested);
    const because = reasons[Number(rule?.mark)];
    if (!ignored || because === undefined) return undefined;
    // Only files are kept; a folder of such a name is somebody's own.
    return because.kind === 'kept-copy' && kind === 'folder'
      ? undefined
      : { kind: 'ignored', because };
  }

  /** Returns the topmost folder above a path that has a ruling, or else the path if it has one. */
  find(path: FilePath, kind: 'file' | 'folder'): RuledPath | undefined {
    for (const folder of foldersAbove(path)) {
      const ruling = this.match(folder, 'folder');
      if (ruling !== undefined) return { path: folder, kind: 'folder', ruling };
    }
    const ruling = path === '' ? undefined : this.match(path, kind);
    return ruling && { path, kind, ruling };
  }

  /**
   * Forgets the rules read at a changed path and below it. Returns the folder whose files may now
   * fall under other rules, or `undefined` if the rules are the same.
   */
  forget(path: FilePath): FilePath | undefined {
    const holdsRules = this.holdsRules(path);
    const folder = holdsRules ? folderRuledBy(this.#files, path) : path;
    const before = this.#byFolder.get(folder);
    if (holdsRules && before !== undefined && this.#isAsRead(folder, before)) return undefined;
    let heldRules = holdsRules;
    const outer = folder === '' ? this.#setting : this.#byFolder.get(parentPath(folder));
    // The rules of a folder are read after those of the folders above it.
    for (const [each, rules] of before === undefined ? [] : this.#byFolder) {
      if (!isWithin(each, folder)) continue;
      this.#byFolder.delete(each);
      if (rules !== outer) heldRules = true;
    }
    return heldRules && this.find(folder, 'folder') === undefined ? folder : undefined;
  }

  /** Whether a file of this name is an ignore file. */
  holdsRules(path: FilePath): boolean {
    return isIgnoreFile(this.#files, path);
  }

  /** Returns the ignore files that gave rules or could not be read. */
  sources(): readonly FilePath[] {
    const paths = [...new Set(this.#byFolder.values())].flatMap(({ reasons, failure }) => [
      ...reasons.flatMap(because =>
        because.kind === 'rule' && because.line !== undefined ? because.source : [],
      ),
      ...(failure === undefined ? [] : [failure.subject]),
    ]);
    return [...new Set(paths)] as FilePath[];
  }

  /** Whether a folder, or one above it, is ignored by the rules for what is in it. */
  #isIgnored(folder: FilePath, matcher: Ignore): boolean {
    const tested = inRepository(this.#files.base, folder);
    if (tested === '') return false;
    if (this.#last?.folder !== tested || this.#last.matcher !== matcher) {
      // The matcher has a record of each path that it is asked about: files are not worth it.
      const { ignored } = matcher.test(`${tested}/`);
      this.#last = { folder: tested, matcher, ignored };
    }
    return this.#last.ignored;
  }

  #rulesIn(folder: FilePath): FolderRules {
    const known = this.#byFolder.get(folder);
    if (known !== undefined) return known;
    const rules = this.#readRules(folder);
    this.#byFolder.set(folder, rules);
    return rules;
  }

  #readRules(folder: FilePath): FolderRules {
    const outer = folder === '' ? this.#setting : this.#rulesIn(parentPath(folder));
    if (outer.failure !== undefined) return outer;
    try {
      const lines = readIgnoreFiles(this.#files, folder);
      return withRules(
        outer,
        lines.flatMap(({ text, source, line, folder: at }) => {
          const reason = { kind: 'rule', pattern: text, source, line } as const;
          return rebase({ pattern: text, reason }, at) ?? [];
        }),
      );
    } catch (error) {
      return { ...outer, failure: toFailure(error, folder).toRecord() };
    }
  }

  /** Saving a file unchanged makes an event, too, and one change may make several events. */
  #isAsRead(folder: FilePath, before: FolderRules): boolean {
    const now = this.#readRules(folder);
    return (
      isDeepStrictEqual(before.reasons, now.reasons) &&
      isDeepStrictEqual(before.failure, now.failure)
    );
  }
}

/** The rules for the paths in one folder: those from above, then its own. */
interface FolderRules {
  readonly matcher: Ignore;
  /** Matches every name that a rule of the matcher may match, and others. */
  readonly names: RegExp;
  /** Indexed by the marks of the matcher's rules. */
  readonly reasons: readonly IgnoreReason[];
  /** Set if an ignore file cannot be read. */
  readonly failure: FailureRecord | undefined;
}

interface Rule {
  /** For paths relative to the repository, or else to the workspace folder. */
  readonly pattern: string;
  readonly reason: IgnoreReason;
}

/**
 * What a conflict has left beside a file is for the user to look at, and would else be backed up for
 * ever. Any later rule may include it.
 */
const keptCopies = conflictNames.map((pattern): Rule => ({
  pattern,
  reason: { kind: 'kept-copy' },
}));

const options = {
  // As disks do by default: only Linux distinguishes `Build` from `build`.
  ignorecase: process.platform !== 'linux',
  // Paths are relative and normalized already, and a file may be called `...`.
  allowRelativePaths: true,
};

const noRules: FolderRules = {
  matcher: ignore(options),
  names: /(?!)/,
  reasons: [],
  failure: undefined,
};

function withRules(outer: FolderRules, rules: readonly Rule[]): FolderRules {
  if (rules.length === 0) return outer;
  const first = outer.reasons.length;
  const own = rules.map(({ pattern }, index) => ({ pattern, mark: String(first + index) }));
  return {
    // One matcher for each folder with rules, so that one call decides.
    matcher: ignore(options).add(outer.matcher).add(own),
    names: namesMatchedBy(rules, outer.names),
    reasons: [...outer.reasons, ...rules.map(({ reason }) => reason)],
    failure: undefined,
  };
}

/**
 * Returns an expression for all names that one of the rules, or the one before, may match. Most files
 * have other names, and one expression tells that faster than a matcher asks all of its rules.
 */
function namesMatchedBy(rules: readonly Rule[], before: RegExp): RegExp {
  const names = rules.map(({ pattern }) => {
    const name = /[^/]*$/.exec(pattern.trimEnd().replace(/^!|\/+$/g, ''))?.[0] ?? '';
    if (!plainGlob.test(name) || name.includes('**')) return '.*';
    const literal = name.replaceAll(/[^\w*?]/g, String.raw`\$&`);
    return literal.replaceAll('*', '.*').replaceAll('?', '.');
  });
  return new RegExp(`${before.source}|^(?:${names.join('|')})$`, 'is');
}

/** Without escapes, ranges and letters whose case is none of ASCII's. */
const plainGlob = /^[\w .,()@~+=%&$*?-]+$/;

function ofSetting(pattern: string): IgnoreReason {
  return { kind: 'rule', pattern, source: 's3Backup.exclude', line: undefined };
}

/** Returns a rule for the paths in a folder as one for the paths in the repository. */
function rebase(rule: Rule, folder: FilePath): Rule | undefined {
  const { pattern: text, reason } = rule;
  if (folder === '') return rule;
  if (text.startsWith('#')) return undefined;
  const negation = text.startsWith('!') ? '!' : '';
  const body = text.slice(negation.length);
  const bare = body.replace(/ +$/, '');
  const below = body.startsWith('/') ? body.slice(1) : body;
  if (bare === '' || bare === '/') return undefined;
  // A slash before the end anchors a pattern to its folder; without one it matches at any depth.
  const depth = bare.slice(0, -1).includes('/') ? '' : '**/';
  return { pattern: `${negation}/${escapePattern(folder)}/${depth}${below}`, reason };
}

function escapePattern(path: FilePath): string {
  return path.replace(/[\\*?[]/g, '\\$&');
}
