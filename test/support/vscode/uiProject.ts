import { join } from 'node:path';

import { temporaryFolder } from '../../../dev/temporaryFolder';
import { writeTree } from '../disk/localTree';
import { cloudContents, type CloudContents } from '../servers/cloudContents';
import { startUiSession, type UiSession } from './uiSession';
import type { Tree, Workbench } from './workbench';

/** A folder of files, opened in a window whose S3 Backup view is in front. */
export interface UiProject {
  readonly folder: string;
  /** What the folder's bucket holds. */
  readonly cloud: CloudContents;
  readonly session: UiSession;
  readonly workbench: Workbench;
  readonly tree: Tree;
  readonly stop: () => Promise<void>;
}

export interface UiProjectOptions {
  /** The folder's name, and so its prefix in the bucket. */
  readonly name: string;
  readonly bucket: string;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** When the files were changed last, in milliseconds since 1970; now where it is left out. */
  readonly modifiedAtMs?: number;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export async function openUiProject(options: UiProjectOptions): Promise<UiProject> {
  const { name, bucket, files, modifiedAtMs, settings = {} } = options;
  const temporary = await temporaryFolder('ui-project');
  const folder = join(temporary.path, name);
  await writeTree(folder, files, modifiedAtMs);
  const session = await startUiSession({
    workspace: folder,
    buckets: [bucket],
    settings: { 's3Backup.bucket': bucket, ...settings },
  });
  const { workbench } = session;
  const cloud = cloudContents(session.s3.endpoint, bucket);
  await workbench.showViewContainer('S3 Backup');
  return {
    folder,
    cloud,
    session,
    workbench,
    tree: workbench.tree('Files'),
    async stop() {
      cloud.close();
      await session.stop();
      await temporary.remove();
    },
  };
}
