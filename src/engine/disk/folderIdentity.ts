import { readdirSync, statSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';

/**
 * Which folder is at a path: another memory card may be mounted there, or another folder have been
 * moved there. What a disk does not tell is `undefined`.
 */
export interface FolderIdentity {
  readonly volume: string | undefined;
  readonly inode: string;
  /** Nanoseconds since 1970. */
  readonly madeAt: string | undefined;
}

/** Returns `undefined` where there is no folder now. */
export function identityOf(root: string): FolderIdentity | undefined {
  try {
    const stat = statSync(root, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    return { ...identityIn(stat), volume: volumeOf(stat) };
  } catch {
    return undefined;
  }
}

/**
 * Whether a folder, by what the disk tells of it, can be the one that was known. It asks for just that
 * volume first: all of them take longer than the rest of a small file's upload.
 */
export function canBe(stat: BigIntStats, known: FolderIdentity): boolean {
  const { volume } = known;
  const isKnownVolume =
    volume === undefined || isVolume(volume, stat) || isNoOther(volume, volumeOf(stat));
  return isKnownVolume && isSameFolder({ ...identityIn(stat), volume }, known);
}

/** Whether two identities can be of one folder. */
export function isSameFolder(one: FolderIdentity, other: FolderIdentity): boolean {
  return (
    one.inode === other.inode &&
    isNoOther(one.volume, other.volume) &&
    isNoOther(one.madeAt, other.madeAt)
  );
}

/** Returns all that is known of a folder of which the disk does not tell the same each time. */
export function knownTogether(before: FolderIdentity, now: FolderIdentity): FolderIdentity {
  const { volume = before.volume, inode, madeAt = before.madeAt } = now;
  return { volume, inode, madeAt };
}

function identityIn(stat: BigIntStats): Omit<FolderIdentity, 'volume'> {
  return { inode: String(stat.ino), madeAt: timeMade(stat) };
}

function isNoOther(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

/**
 * Returns what stays the same when a disk is mounted again. Node gives the serial number of the
 * volume as the device on Windows; on Linux a device's number is any that was free, and udev lists the
 * identifiers that are on the disks.
 */
function volumeOf({ dev }: BigIntStats): string | undefined {
  if (process.platform === 'win32') return String(dev);
  if (process.platform !== 'linux') return undefined;
  return identifiers().find(name => deviceCalled(name) === dev);
}

function isVolume(volume: string, { dev }: BigIntStats): boolean {
  return process.platform === 'linux' && deviceCalled(volume) === dev;
}

function deviceCalled(identifier: string): bigint | undefined {
  return statSync(join(byUuid, identifier), { bigint: true, throwIfNoEntry: false })?.rdev;
}

const byUuid = '/dev/disk/by-uuid';

function identifiers(): readonly string[] {
  try {
    return readdirSync(byUuid);
  } catch {
    // Containers see no disks.
    return [];
  }
}

/** Disks that do not keep it give 0, or when the folder was changed last. */
function timeMade({ birthtimeNs, ctimeNs }: BigIntStats): string | undefined {
  return birthtimeNs === 0n || birthtimeNs === ctimeNs ? undefined : String(birthtimeNs);
}
