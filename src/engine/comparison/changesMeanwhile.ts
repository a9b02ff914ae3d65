/**
 * What changes in folders while they are being compared, by its absolute paths: what has been
 * scanned by then may be outdated.
 */
export class ChangesMeanwhile {
  readonly #byFolder = new Map<string, Set<string>>();

  /** Collects what changes in a folder from now on. */
  collect(folder: string): Set<string> {
    const changed = new Set<string>();
    this.#byFolder.set(folder, changed);
    return changed;
  }

  /** Whether nobody has forgotten the folder, or begun to compare it again, since `collect`. */
  areCollected(folder: string, changed: ReadonlySet<string>): boolean {
    return this.#byFolder.get(folder) === changed;
  }

  end(folder: string, changed: ReadonlySet<string>): void {
    if (this.areCollected(folder, changed)) this.#byFolder.delete(folder);
  }

  add(folder: string, absolute: readonly string[]): void {
    const changed = this.#byFolder.get(folder);
    for (const path of absolute) changed?.add(path);
  }

  forget(folder: string): void {
    this.#byFolder.delete(folder);
  }
}
