import { TabInputCustom, TabInputNotebook, TabInputText, TabInputTextDiff, window } from 'vscode';
import type { Selection } from './selection';
import type { FilesView } from '../view/filesView';

export interface ActiveSelectionDeps {
  readonly view: FilesView;
}

/**
 * What a command is meant for that was called without arguments, by the palette or a key: what is
 * selected in the view in front, or the file in the editor.
 */
export function activeSelection({ view: { treeView } }: ActiveSelectionDeps): Selection {
  if (treeView.visible && treeView.selection.length > 0) {
    return { kind: 'nodes', nodes: treeView.selection };
  }
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  if (
    input instanceof TabInputText ||
    input instanceof TabInputCustom ||
    input instanceof TabInputNotebook
  ) {
    return { kind: 'resources', uris: [input.uri] };
  }
  if (input instanceof TabInputTextDiff) return { kind: 'resources', uris: [input.modified] };
  return { kind: 'nothing' };
}
