import { statfsSync } from 'node:fs';

/** How SQLite keeps what is not written whole yet. */
export type JournalMode = 'WAL' | 'DELETE';

/**
 * The write-ahead log needs memory that is shared between windows; disks of the network, where a
 * home may lie, have none.
 */
export function journalModeOn(folder: string): JournalMode {
  const isRemote =
    process.platform === 'linux'
      ? remoteSystems.has(statfsSync(folder).type)
      : folder.startsWith('\\\\');
  return isRemote ? 'DELETE' : 'WAL';
}

/** By the numbers that Linux gives its file systems: NFS, SMB, CIFS, 9P and what FUSE brings. */
const remoteSystems = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546]);
