import type { Memento, WorkspaceFolder } from 'vscode';
import type { RawSettings } from '../../protocol/folders';
import { rawSettings } from '../contributions/settings';
import { folderId } from './targets';

/** With which credentials a folder is backed up, as the user chose. */
export type ProfileChoice =
  | { readonly kind: 'profile'; readonly name: string }
  /** AWS's own order of places, whatever the setting says. */
  | { readonly kind: 'default-chain' };

/**
 * The credentials chosen for each folder. The choice is kept in the extension's own storage: the
 * setting `s3Backup.profile` is the machine's default, and a name is all that is ever stored.
 */
export class Profiles {
  readonly #memory: Memento;

  constructor(memory: Memento) {
    this.#memory = memory;
  }

  /** `undefined` where nothing was chosen, so that the setting counts. */
  chosen(folder: WorkspaceFolder): ProfileChoice | undefined {
    return this.#memory.get<ProfileChoice>(memoryKey(folder));
  }

  async choose(folder: WorkspaceFolder, choice: ProfileChoice): Promise<void> {
    await this.#memory.update(memoryKey(folder), choice);
  }

  /** The settings that the engine goes by for this folder. */
  settings(folder: WorkspaceFolder): RawSettings {
    const settings = rawSettings(folder.uri);
    const choice = this.chosen(folder);
    switch (choice?.kind) {
      case 'profile':
        return { ...settings, profile: choice.name };
      case 'default-chain':
        return { ...settings, profile: '' };
      case undefined:
        return settings;
    }
  }
}

function memoryKey(folder: WorkspaceFolder): string {
  return `profile:${folderId(folder)}`;
}
