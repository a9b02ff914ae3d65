/**
 * The patterns of `s3Backup.exclude` as they no longer leave `.git` out, which one of them does.
 * One that says just that goes; another one may leave out more, and is answered.
 */
export function includeGit(patterns: readonly string[], culprit: string): readonly string[] {
  return plain.test(culprit)
    ? patterns.filter(pattern => !plain.test(pattern))
    : [...patterns, '!/.git'];
}

const plain = /^(?:\/|\*\*\/)?\.git\/?$/;
