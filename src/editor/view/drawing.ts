import { TreeItemCollapsibleState, type TreeItem } from 'vscode';
import { idOf, type TreeNode } from './treeNode';

/**
 * The ids of the rows as they are drawn, and which rows are open. Each filter and layout begins a
 * drawing of its own, whose rows have ids of their own: for an id that it knows, VS Code takes the
 * rows that it is just loading, even if they were asked for by the filter before.
 */
export class Drawing {
  /** What the user has opened and closed. VS Code remembers that by id, and so forgets it. */
  readonly #states = new Map<string, OpenState>();
  /** The nodes of this drawing. */
  #drawn = new WeakSet<TreeNode>();
  #number = 0;
  #allOpen: 'all-open' | undefined;

  /** With `all-open`, every row is open, and what the user opens or closes is not remembered. */
  begin(allOpen: 'all-open' | undefined): void {
    this.#number++;
    this.#drawn = new WeakSet();
    this.#allOpen = allOpen;
  }

  noteOpened(node: TreeNode, state: OpenState): void {
    if (this.#allOpen === undefined) this.#states.set(idOf(node), state);
  }

  /**
   * VS Code has asked what is below a row, and so it is open. Of one that is opened while it is drawn
   * anew VS Code tells nothing else.
   */
  noteAsked(node: TreeNode): void {
    if (this.#drawn.has(node)) this.noteOpened(node, 'open');
  }

  /** Gives a row its id, and opens or closes it. */
  apply(item: TreeItem, node: TreeNode): void {
    this.#drawn.add(node);
    if (this.#number > 0) item.id = `${item.id ?? idOf(node)}\n${String(this.#number)}`;
    if (item.collapsibleState === TreeItemCollapsibleState.None) return;
    const state = this.#allOpen === undefined ? this.#states.get(idOf(node)) : 'open';
    if (state === 'open') item.collapsibleState = TreeItemCollapsibleState.Expanded;
    if (state === 'closed') item.collapsibleState = TreeItemCollapsibleState.Collapsed;
  }
}

export type OpenState = 'open' | 'closed';
