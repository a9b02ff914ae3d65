import { EventEmitter, window, workspace, type Disposable, type Event } from 'vscode';
import { unsavedFiles } from '../client/unsavedFiles';
import { localUri } from './fileLocation';
import type { RowNode } from './treeNode';

/** Which rows are of files with unsaved changes: what is known of these is of the file on the disk. */
export class UnsavedRows implements Disposable {
  readonly #onDidChange = new EventEmitter<void>();
  readonly #listening: readonly Disposable[];
  #files: ReadonlySet<string> = filesNow();

  readonly onDidChange: Event<void> = this.#onDidChange.event;

  constructor() {
    const look = () => {
      this.#look();
    };
    this.#listening = [
      window.tabGroups.onDidChangeTabs(look),
      workspace.onDidChangeTextDocument(look),
      workspace.onDidSaveTextDocument(look),
      workspace.onDidSaveNotebookDocument(look),
      workspace.onDidCloseTextDocument(look),
    ];
  }

  has({ folder, row }: RowNode): boolean {
    if (this.#files.size === 0 || row.kind !== 'file' || row.local === undefined) return false;
    return this.#files.has(localUri(folder, row.path)?.toString() ?? '');
  }

  dispose(): void {
    for (const each of this.#listening) each.dispose();
    this.#onDidChange.dispose();
  }

  #look(): void {
    const before = this.#files;
    this.#files = filesNow();
    const isSame =
      before.size === this.#files.size && [...this.#files].every(uri => before.has(uri));
    if (!isSame) this.#onDidChange.fire();
  }
}

function filesNow(): ReadonlySet<string> {
  return new Set(unsavedFiles().map(({ uri }) => uri.toString()));
}
