import type { ChangedRow } from '../../protocol/rows';
import { idOf, placeOf, type BranchNode, type RowNode } from './treeNode';

/** The rows that VS Code was given, so that it can draw one of them again without a whole page. */
export class DrawnRows {
  readonly #branches = new Map<string, Branch>();
  readonly #changed = new Set<RowNode>();

  get size(): number {
    return [...this.#branches.values()].reduce((sum, { rows }) => sum + rows.size, 0);
  }

  /** Notes the rows below a branch. VS Code asks anew for those further down. */
  set(branch: BranchNode, nodes: readonly RowNode[]): void {
    const { folder, group, path } = placeOf(branch);
    for (const [id, { node }] of this.#branches) {
      const place = placeOf(node);
      if (place.folder !== folder || place.group !== group) continue;
      if (path === '' || place.path.startsWith(`${path}/`)) this.#branches.delete(id);
    }
    const rows = new Map(nodes.map(node => [node.row.path as string, node]));
    this.#branches.set(idOf(branch), { node: branch, rows });
  }

  /** Takes in what a file's row says now, if it is drawn. */
  update(folder: string, { group, row }: ChangedRow): void {
    for (const { node, rows } of this.#branches.values()) {
      if (node.folder !== folder || node.group !== group) continue;
      const drawn = rows.get(row.path);
      if (drawn?.row.kind !== 'file') continue;
      drawn.row = row;
      this.#changed.add(drawn);
    }
  }

  /** Returns the rows that say something else since they were asked for last. */
  takeChanged(): RowNode[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  clear(): void {
    this.#branches.clear();
    this.#changed.clear();
  }
}

interface Branch {
  readonly node: BranchNode;
  /** By path. */
  readonly rows: ReadonlyMap<string, RowNode>;
}
