import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TreeItemCollapsibleState, window, type LogOutputChannel, type Memento } from 'vscode';

import { EngineClient } from '../../../src/editor/client/engineClient';
import { FilesTree } from '../../../src/editor/view/filesTree';
import { LayoutChoice } from '../../../src/editor/view/layoutChoice';
import { PastTotals } from '../../../src/editor/view/pastTotals';
import { RefreshScheduler } from '../../../src/editor/view/refreshScheduler';
import { ShownState } from '../../../src/editor/view/shownState';
import { UnsavedRows } from '../../../src/editor/view/unsavedRows';
import { RowFilter } from '../../../src/editor/view/filter';
import { Targets } from '../../../src/editor/targets/targets';
import type { TreeNode } from '../../../src/editor/view/treeNode';
import { workerData, workerFile } from './extensionUnderTest';
import { recordsIn } from './recordsIn';

/** An engine of the tests' own with the tree above it, as `activate` builds them. */
export interface TreeUnderTest {
  dispose(): void;
  readonly engine: EngineClient;
  readonly tree: FilesTree;
  readonly filter: RowFilter;
  readonly layout: LayoutChoice;
  /** The node that is reached by these labels from the top. */
  find(...labels: readonly string[]): Promise<TreeNode>;
  /** The labels of a node's children. */
  labels(node?: TreeNode): Promise<readonly string[]>;
  /** A node's children and all below them as indented lines, four of each folder at the most. */
  render(node?: TreeNode): Promise<string>;
}

export function openTree(memory: Memento = memento()): TreeUnderTest {
  const log = testLog();
  const engine = new EngineClient(workerFile(), workerData(), { log });
  const targets = new Targets(recordsIn(join(tmpdir(), randomUUID())));
  const refresh = new RefreshScheduler();
  const filter = new RowFilter(engine);
  const layout = new LayoutChoice(memento());
  const past = new PastTotals(engine, targets, memory);
  const unsaved = new UnsavedRows();
  const shown = new ShownState(engine);
  const shownBy = { layout, filter, refresh, shown, unsaved, past };
  const tree = new FilesTree({ engine, targets, log, ...shownBy });
  const label = (node: TreeNode): string => {
    const { label: text } = tree.getTreeItem(node);
    return typeof text === 'string' ? text : '';
  };
  /** What is below a row; one that was closed is closed again. */
  async function childrenOf(node: TreeNode | undefined): Promise<readonly TreeNode[]> {
    if (node === undefined) return await tree.getChildren();
    const { collapsibleState } = tree.getTreeItem(node);
    const children = await tree.getChildren(node);
    if (collapsibleState === TreeItemCollapsibleState.Collapsed) tree.noteOpened(node, 'closed');
    return children;
  }
  async function linesBelow(node: TreeNode | undefined): Promise<readonly string[]> {
    const children = await childrenOf(node);
    const lines: string[] = [];
    const shown = node === undefined ? children : children.slice(0, maxRendered);
    for (const child of shown) {
      const { description, collapsibleState } = tree.getTreeItem(child);
      lines.push(`${label(child)} — ${String(description)}`);
      if (collapsibleState === TreeItemCollapsibleState.None) continue;
      lines.push(...(await linesBelow(child)).map(line => `  ${line}`));
    }
    return shown.length < children.length ? [...lines, '…'] : lines;
  }
  return {
    engine,
    tree,
    filter,
    layout,
    async find(...labels) {
      let node: TreeNode | undefined;
      for (const wanted of labels) {
        const children = await childrenOf(node);
        node = children.find(child => label(child) === wanted);
        if (node === undefined) {
          throw new Error(`No ${wanted} among ${children.map(label).join(', ')}.`);
        }
      }
      if (node === undefined) throw new Error('No labels were given.');
      return node;
    },
    async labels(node) {
      return (await childrenOf(node)).map(label);
    },
    async render(node) {
      return (await linesBelow(node)).join('\n');
    },
    dispose() {
      for (const part of [tree, unsaved, past, layout, filter, refresh, targets, engine, log])
        part.dispose();
    },
  };
}

const maxRendered = 4;

export function testLog(): LogOutputChannel {
  // Those of one name are one: the first that is disposed would close them all.
  return window.createOutputChannel(`S3 Backup tests ${randomUUID()}`, { log: true });
}

/** A memory that starts empty. */
export function memento(): Memento {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, otherwise?: T) => (values.has(key) ? (values.get(key) as T) : otherwise),
    update: (key: string, value: unknown) => Promise.resolve(void values.set(key, value)),
  };
}
