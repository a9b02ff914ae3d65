import { env, Uri, workspace } from 'vscode';
import type { TrashOutcome } from '../../protocol/host';

/** Moves a file to the trash. Where VS Code works on another machine, that one has none. */
export async function trashFile(path: string): Promise<TrashOutcome> {
  if (env.remoteName !== undefined) return 'no-trash';
  try {
    await workspace.fs.delete(Uri.file(path), { useTrash: true });
    return 'trashed';
  } catch {
    // Not every disk has one; the file is still there.
    return 'no-trash';
  }
}
