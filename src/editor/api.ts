import { Uri, type Event } from 'vscode';
import type { Report } from '../protocol/reports';
import type { State } from '../protocol/state';
import { backUpAll, backUpResources } from './backUp/backUp';
import type { Services } from './services';
import { resolveTargets } from './setUp/resolveTargets';
import { localFolders } from './targets/targets';

/** What other extensions can do with this one. Both calls throw what went wrong. */
export interface S3Backup {
  /** Compares all workspace folders that have a target. */
  compare(): Promise<void>;
  /** Backs up files and folders, given by absolute path; without, all that needs it. */
  backUp(paths?: readonly string[]): Promise<Report | undefined>;
  readonly onDidChangeState: Event<State>;
  readonly state: State;
}

export function createApi(services: Services): S3Backup {
  const { engine, comparisons } = services;
  return {
    async compare() {
      await comparisons.run(await resolveTargets(services, localFolders()));
    },
    async backUp(paths) {
      if (paths === undefined) return await backUpAll(services);
      const uris = paths.map(path => Uri.file(path));
      return await backUpResources(services, uris);
    },
    onDidChangeState: engine.onDidChangeState,
    get state() {
      return engine.state;
    },
  };
}
