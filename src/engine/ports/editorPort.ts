import type { TrashOutcome } from '../../protocol/host';

/** What only the editor can do or tell; paths are absolute. */
export interface EditorPort {
  /** Whether somebody has changes to a file in an editor that are not on the disk yet. */
  isUnsaved(path: string): Promise<boolean>;
  /** Moves a file to the trash of this computer, where there is one. */
  moveToTrash(path: string): Promise<TrashOutcome>;
}

/** For whoever uses the engine without an editor. */
export const noEditor: EditorPort = {
  isUnsaved: () => Promise.resolve(false),
  moveToTrash: () => Promise.resolve('no-trash'),
};
