import type { CloudFiles } from '../scan/cloudFiles';
import type { Finding } from './finding';
import { onlyInCloud } from './judge';

/**
 * What one comparison found, each path once. What is only in the cloud, which may be a million files,
 * takes no more room than a number, that of its row among the cloud files.
 */
export class Findings implements Iterable<Finding> {
  readonly #rows: number[] = [];
  readonly #others: Finding[] = [];

  constructor(readonly cloud: CloudFiles) {}

  add(finding: Finding): void {
    this.#others.push(finding);
  }

  /** Adds a file that is only in the cloud. */
  addOnlyInCloud(row: number): void {
    this.#rows.push(row);
  }

  /** The rows of those that were added as only in the cloud. */
  get onlyInCloud(): Iterable<number> {
    return this.#rows;
  }

  /** All but these. */
  get others(): Iterable<Finding> {
    return this.#others;
  }

  *[Symbol.iterator](): Generator<Finding> {
    for (const row of this.#rows) yield findingAt(this.cloud, row);
    yield* this.#others;
  }

  /** Returns them with some in other words; `change` returns a finding as it is to leave it. */
  changed(change: (finding: Finding) => Finding): Findings {
    const all = new Findings(this.cloud);
    for (const row of this.#rows) {
      const before = findingAt(this.cloud, row);
      const after = change(before);
      if (after === before) all.addOnlyInCloud(row);
      else all.add(after);
    }
    for (const finding of this.#others) all.add(change(finding));
    return all;
  }
}

/** The finding on a file that is only in the cloud. */
export function findingAt(cloud: CloudFiles, row: number): Finding {
  const file = cloud.at(row);
  return {
    path: file.path,
    isFolder: false,
    local: undefined,
    cloud: file,
    verdict: onlyInCloud,
  };
}
