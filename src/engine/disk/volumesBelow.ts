import {
  lstatSync,
  opendirSync,
  readFileSync,
  realpathSync,
  statSync,
  type BigIntStats,
} from 'node:fs';
import { rootPath, type FilePath } from '../../protocol/folders';
import { parentPath, toAbsolutePath, toFilePath } from './filePath';
import { canBe, identityOf, type FolderIdentity } from './folderIdentity';

/** The folder that a volume begins with, of those in a workspace folder, and which one it is. */
export interface VolumeTop {
  /** Empty for the workspace folder itself, wherever its volume begins. */
  readonly path: FilePath;
  readonly identity: FolderIdentity;
}

/** Returns the top of the volume that a file is on, or would be; `undefined` where none is told. */
export function volumeTopOf(
  root: string,
  path: FilePath,
  deviceAt: DeviceAt = deviceOf,
): VolumeTop | undefined {
  try {
    const top = topAbove(path, folder => deviceAt(root, folder));
    const identity = identityOf(toAbsolutePath(root, top));
    return identity && { path: top, identity };
  } catch {
    // The folder has gone; whoever opens the file is told so.
    return undefined;
  }
}

/** Returns on which device a folder is; throws what the disk says. */
type DeviceAt = (root: string, folder: FilePath) => bigint;

function deviceOf(root: string, folder: FilePath): bigint {
  return statOf(root, folder).dev;
}

function statOf(root: string, folder: FilePath): BigIntStats {
  const stat = folder === rootPath ? statSync : lstatSync;
  return stat(toAbsolutePath(root, folder), { bigint: true });
}

function topAbove(path: FilePath, deviceAt: (folder: FilePath) => bigint): FilePath {
  let top = parentPath(path);
  const device = deviceAt(top);
  if (device === deviceAt(rootPath)) return rootPath;
  while (deviceAt(parentPath(top)) === device) top = parentPath(top);
  return top;
}

/**
 * Returns the tops of all volumes in a workspace folder: its own, those that the system tells of, and
 * what is now at those paths where others were seen. An empty folder counts for none: a card that was
 * taken out leaves one, and there is nothing in it to take for something else.
 */
export function volumesIn(root: string, seen: Iterable<FilePath>): readonly VolumeTop[] {
  const paths = new Set<FilePath>([rootPath, ...seen, ...mountsBelow(realPath(root))]);
  return [...paths].flatMap(path => {
    const absolute = toAbsolutePath(root, path);
    const identity =
      path === rootPath || holdsSomething(absolute) ? identityOf(absolute) : undefined;
    return identity === undefined ? [] : [{ path, identity }];
  });
}

/**
 * Returns what tells on which volume each file is, as these were seen earlier, or else as they are
 * seen now.
 */
export function volumeFinder(
  root: string,
  seen: readonly VolumeTop[],
): (path: FilePath) => VolumeTop | undefined {
  const tops = new Map(seen.map(top => [top.path, top]));
  const byFolder = new Map<FilePath, VolumeTop | undefined>();
  return path => {
    const folder = parentPath(path);
    if (byFolder.has(folder)) return byFolder.get(folder);
    const now = volumeTopOf(root, path);
    const found = now && (tops.get(now.path) ?? now);
    byFolder.set(folder, found);
    return found;
  };
}

/** Whether a file is where it was when that top was seen, as far as disks tell. */
export function isOnVolume(root: string, path: FilePath, seen: VolumeTop | undefined): boolean {
  if (seen === undefined) return true;
  // Every file of a batch asks: each folder is looked at once.
  const stats = new Map<FilePath, BigIntStats>();
  const look = (folder: FilePath): BigIntStats => {
    const stat = stats.get(folder) ?? statOf(root, folder);
    stats.set(folder, stat);
    return stat;
  };
  try {
    const top = topAbove(path, folder => look(folder).dev);
    return seen.path === top && canBe(look(top), seen.identity);
  } catch {
    // The folder has gone; whoever opens the file is told so.
    return true;
  }
}

/** Returns the folders below a workspace folder where other volumes are mounted; only Linux tells. */
export function mountsBelow(root: string, mounts = mountTable()): readonly FilePath[] {
  return mounts.split('\n').flatMap(line => {
    // The fifth field, with white space and backslashes in octal (proc_pid_mountinfo(5)).
    const point = line
      .split(' ')[4]
      ?.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
        String.fromCharCode(parseInt(digits, 8)),
      );
    const path = point === undefined ? undefined : toFilePath(root, point);
    return path === undefined || path === rootPath ? [] : [path];
  });
}

function realPath(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return root;
  }
}

function holdsSomething(folder: string): boolean {
  try {
    const directory = opendirSync(folder);
    try {
      return directory.readSync() !== null;
    } finally {
      directory.closeSync();
    }
  } catch {
    return false;
  }
}

function mountTable(): string {
  if (process.platform !== 'linux') return '';
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return '';
  }
}
