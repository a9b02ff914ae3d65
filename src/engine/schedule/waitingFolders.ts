import type { FolderSetup, RawSettings } from '../../protocol/folders';

/**
 * The folders of requests that wait for their turn. Each begins with what holds by then, not with
 * what held when it was asked for.
 */
export interface WaitingFolders {
  join(setups: readonly FolderSetup[]): WaitingRequest;
  /** The settings of a folder are others now. */
  settingsChanged(folder: string, settings: RawSettings): void;
  /** A folder was closed, or is backed up elsewhere now. */
  forget(folder: string): void;
}

export interface WaitingRequest {
  /** The folder's setup by now, or `undefined` where nobody is to work on it any more. */
  readonly now: (folder: string) => FolderSetup | undefined;
  readonly leave: () => void;
}

export function waitingFolders(): WaitingFolders {
  const requests = new Set<Map<string, FolderSetup>>();
  return {
    join(setups) {
      const own = new Map(setups.map(setup => [setup.id, setup]));
      requests.add(own);
      return { now: folder => own.get(folder), leave: () => void requests.delete(own) };
    },
    settingsChanged(folder, settings) {
      for (const own of requests) {
        const setup = own.get(folder);
        if (setup !== undefined) own.set(folder, { ...setup, settings });
      }
    },
    forget(folder) {
      for (const own of requests) own.delete(folder);
    },
  };
}
