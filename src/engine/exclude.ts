import ignore from 'ignore';
import type { FilePath, IgnoreReason } from '../protocol';

/** Which paths are not backed up, and by which rule: one matcher for every way in. */
export interface Exclude {
  /**
   * The rule that ignores a path, or `undefined`. A path below an ignored folder is ignored by that
   * folder's rule.
   */
  match(path: FilePath, kind: 'file' | 'folder'): IgnoreReason | undefined;
  /** The topmost ignored folder above a path, or the path itself where only it is ignored. */
  find(path: FilePath, kind: 'file' | 'folder'): IgnoredPath | undefined;
}

export interface IgnoredPath {
  readonly path: FilePath;
  readonly kind: 'file' | 'folder';
  readonly because: IgnoreReason;
}

/** A matcher over the patterns of the setting `s3Backup.exclude`, in the syntax of gitignore. */
export function excludeBy(patterns: readonly string[]): Exclude {
  const matcher = ignore({
    // As the disk has it: only Linux tells `Build` from `build` as a rule.
    ignorecase: process.platform !== 'linux',
    // Our paths are relative and in their final form; a file may well be called `...`.
    allowRelativePaths: true,
  }).add(patterns.map(pattern => ({ pattern })));

  function match(path: FilePath, kind: 'file' | 'folder'): IgnoreReason | undefined {
    const { ignored, rule } = matcher.test(kind === 'folder' ? `${path}/` : path);
    if (!ignored) return undefined;
    return {
      kind: 'rule',
      pattern: rule?.pattern ?? '',
      source: 's3Backup.exclude',
      line: undefined,
    };
  }

  function find(path: FilePath, kind: 'file' | 'folder'): IgnoredPath | undefined {
    const because = match(path, kind);
    if (because === undefined) return undefined;
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      const folder = path.slice(0, end) as FilePath;
      const reason = match(folder, 'folder');
      if (reason !== undefined) return { path: folder, kind: 'folder', because: reason };
    }
    return { path, kind, because };
  }

  return { match, find };
}
