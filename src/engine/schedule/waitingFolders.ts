import type { FolderSetup, RawSettings } from '../../protocol/folders';

/**
 * The folders of requests that wait for the comparison lock. Settings may change and folders may be
 * closed while a request waits: it works with the setups of the moment when it gets the lock.
 */
export class WaitingFolders {
  readonly #requests = new Set<Map<string, FolderSetup>>();

  join(setups: readonly FolderSetup[]): WaitingRequest {
    const own = new Map(setups.map(setup => [setup.id, setup]));
    this.#requests.add(own);
    return { now: folder => own.get(folder), leave: () => void this.#requests.delete(own) };
  }

  settingsChanged(folder: string, settings: RawSettings): void {
    for (const own of this.#requests) {
      const setup = own.get(folder);
      if (setup !== undefined) own.set(folder, { ...setup, settings });
    }
  }

  /** Lets no request work on a folder that was closed, or that is backed up elsewhere now. */
  forget(folder: string): void {
    for (const own of this.#requests) own.delete(folder);
  }
}

export interface WaitingRequest {
  /** The folder's present setup; `undefined` where no request may work on it any more. */
  readonly now: (folder: string) => FolderSetup | undefined;
  readonly leave: () => void;
}
