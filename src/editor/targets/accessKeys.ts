import type { SecretStorage, WorkspaceFolder } from 'vscode';
import type { AccessKey } from '../../protocol/credentials';
import { folderId } from './targets';

/**
 * The access keys that were typed in, one for each folder, in VS Code's secret storage and nowhere
 * else: no setting, file or record of ours has them.
 */
export class AccessKeys {
  readonly #secrets: SecretStorage;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
  }

  /** Returns the key for a folder, by its URI. */
  async get(folder: string): Promise<AccessKey | undefined> {
    const text = await this.#secrets.get(nameOf(folder));
    if (text === undefined) return undefined;
    const { accessKeyId, secretAccessKey, sessionToken } = JSON.parse(text) as AccessKey;
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    };
  }

  async keep(folder: WorkspaceFolder, key: AccessKey): Promise<void> {
    await this.#secrets.store(nameOf(folderId(folder)), JSON.stringify(key));
  }

  async remove(folder: WorkspaceFolder): Promise<void> {
    await this.#secrets.delete(nameOf(folderId(folder)));
  }
}

function nameOf(folder: string): string {
  return `access-key:${folder}`;
}
