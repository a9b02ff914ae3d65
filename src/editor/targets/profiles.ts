import type { Memento, WorkspaceFolder } from 'vscode';
import type { CredentialPlace } from '../../protocol/credentials';
import type { RawSettings } from '../../protocol/folders';
import { rawSettings } from '../contributions/settings';
import { folderId } from './targets';

/** The credentials that the user chose for a folder. */
export type ProfileChoice =
  | { readonly kind: 'profile'; readonly name: string }
  /** The access key that was typed in for the folder. */
  | { readonly kind: 'access-key' }
  /** A place besides the shared files, such as the environment. */
  | { readonly kind: 'place'; readonly place: CredentialPlace }
  /** The default provider chain of the AWS SDK, whatever the setting says. */
  | { readonly kind: 'default-chain' };

/**
 * The credentials chosen for each folder. The choice is kept in the extension's own storage: the
 * setting `s3Backup.profile` is the machine's default, and no more than a name is stored here. What
 * was typed in is in `AccessKeys`.
 */
export class Profiles {
  readonly #memory: Memento;

  constructor(memory: Memento) {
    this.#memory = memory;
  }

  /** Returns `undefined` if nothing was chosen, so that the setting counts. */
  chosen(folder: WorkspaceFolder): ProfileChoice | undefined {
    return this.#memory.get<ProfileChoice>(memoryKey(folder));
  }

  async choose(folder: WorkspaceFolder, choice: ProfileChoice): Promise<void> {
    await this.#memory.update(memoryKey(folder), choice);
  }

  /** Lets the settings count again. */
  async forget(folder: WorkspaceFolder): Promise<void> {
    await this.#memory.update(memoryKey(folder), undefined);
  }

  /** Returns the folder's settings as the engine is to apply them. */
  settings(folder: WorkspaceFolder): RawSettings {
    const settings = rawSettings(folder.uri);
    const choice = this.chosen(folder);
    switch (choice?.kind) {
      case 'profile':
        return { ...settings, profile: choice.name };
      case 'access-key':
        return { ...settings, profile: '', accessKeyOf: folderId(folder) };
      case 'place':
        return { ...settings, profile: '', place: choice.place };
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
