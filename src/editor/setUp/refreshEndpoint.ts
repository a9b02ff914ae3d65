import type { WorkspaceFolder } from 'vscode';
import { storeEndpoint } from '../../protocol/credentials';
import { toFailureRecord } from '../failures/failed';
import type { Services } from '../services';

/** Has the engine say in which store a folder's buckets are, before its place is judged by it. */
export async function refreshEndpoint(
  { engine, log, profiles, targets }: Pick<Services, 'engine' | 'log' | 'profiles' | 'targets'>,
  folder: WorkspaceFolder,
): Promise<void> {
  try {
    targets.learnStore(folder, await engine.request(storeEndpoint, profiles.settings(folder)));
  } catch (error) {
    // Whatever is done next with these settings fails by the same, and says so.
    const { code, subject, cause } = toFailureRecord(error);
    log.warn(`The store of ${folder.name} is not known: ${code} ${subject} ${cause ?? ''}`);
  }
}
