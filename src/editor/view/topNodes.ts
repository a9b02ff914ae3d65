import type { Group } from '../../protocol/verdicts';
import type { FolderNode, GroupNode } from './treeNode';
import { groupKey } from './treeOutline';

/** Groups and folders, which keep their identity, by which VS Code draws them again. */
export class TopNodes {
  readonly #folders = new Map<string, FolderNode>();
  readonly #groups = new Map<string, GroupNode>();

  folder(folder: string): FolderNode {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const node: FolderNode = { kind: 'folder', folder };
    this.#folders.set(folder, node);
    return node;
  }

  group(folder: string, group: Group, parent: FolderNode | undefined): GroupNode {
    const key = groupKey(folder, group);
    const known = this.#groups.get(key);
    if (known !== undefined && known.parent === parent) return known;
    const node: GroupNode = { kind: 'group', folder, group, parent };
    this.#groups.set(key, node);
    return node;
  }

  /** The keys of all groups that were shown. */
  groupKeys(): Iterable<string> {
    return this.#groups.keys();
  }

  /** Those of the groups that were shown. */
  groupsOf(keys: readonly string[]): GroupNode[] {
    return keys.flatMap(key => this.#groups.get(key) ?? []);
  }

  clear(): void {
    this.#folders.clear();
    this.#groups.clear();
  }
}
