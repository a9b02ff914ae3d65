import { EventEmitter, type Disposable, type Event } from 'vscode';
import { unsavedFiles, watchUnsaved, type UnsavedFile } from '../client/unsavedFiles';
import { localUri } from './fileLocation';
import type { RowNode } from './treeNode';

/** Which rows are of files with unsaved changes: what is known of these is of the file on the disk. */
export class UnsavedRows implements Disposable {
  readonly #onDidChange = new EventEmitter<void>();
  readonly #watching: Disposable;
  #files = urisOf(unsavedFiles());

  readonly onDidChange: Event<void> = this.#onDidChange.event;

  constructor() {
    this.#watching = watchUnsaved(files => {
      this.#files = urisOf(files);
      this.#onDidChange.fire();
    });
  }

  has({ folder, row }: RowNode): boolean {
    if (this.#files.size === 0 || row.kind !== 'file' || row.local === undefined) return false;
    return this.#files.has(localUri(folder, row.path)?.toString() ?? '');
  }

  dispose(): void {
    this.#watching.dispose();
    this.#onDidChange.dispose();
  }
}

function urisOf(files: readonly UnsavedFile[]): ReadonlySet<string> {
  return new Set(files.map(({ uri }) => uri.toString()));
}
