/**
 * A row's `contextValue` is a list of flags between colons, for the `when` clauses of menus: what
 * it is, its group, `canBackUp` where there is something to upload, `onDisk` where there is a local
 * file or folder, `inCloud` where there is a cloud copy of a file, `byRule` where a rule can be shown,
 * `unbound` where a folder has no bucket yet.
 */
export function flags(...names: readonly (string | false)[]): string {
  return `:${names.filter(name => name !== false).join(':')}:`;
}
