import { parentPort, workerData } from 'node:worker_threads';
import * as zlib from 'node:zlib';
import * as protocol from '../protocol';
import type { LogEntry, WorkerData } from '../protocol';
import { Backup } from './backup';
import { openConnection } from './connection';
import { Failure } from './failure';
import { openRecords } from './openRecords';
import { openOwnFileJournal } from './ownFileJournal';
import { describeRecovery, recoverOwnFiles, type Recovery } from './recoverOwnFiles';
import { serveCloudCopies } from './serve/serveCloudCopies';
import { serveComparisons } from './serve/serveComparisons';
import { servedPort, type ServedPort } from './serve/servedPort';
import { servePlans } from './serve/servePlans';
import { serveStore } from './serve/serveStore';

/** Serves the protocol: the only thing that runs in the engine's thread. */
function serve(port: ServedPort, { receiptsFile, ownFilesFolder }: WorkerData): void {
  const log = (level: LogEntry['level'], message: string) => {
    port.tell(protocol.logged, { level, message });
  };
  const warn = (failure: Failure) => {
    port.tell(protocol.warned, failure.toRecord());
  };
  const { receipts, unfinished } = openRecords(receiptsFile, log, warn);
  const backup = new Backup({
    connect: openConnection,
    receipts,
    unfinished,
    journal: openOwnFileJournal(ownFilesFolder),
    editor: {
      isUnsaved: path => port.ask(protocol.isUnsaved, path),
      moveToTrash: path => port.ask(protocol.moveToTrash, path),
    },
    onState: state => {
      port.tell(protocol.stateChanged, state);
    },
    onRows: (folder, groups) => {
      port.tell(protocol.rowsChanged, { folder, groups });
    },
    onLog: entry => {
      port.tell(protocol.logged, entry);
    },
  });
  port.answer(protocol.hostReport, () => ({
    node: process.versions.node,
    forgetsReceipts: receipts.forgetful,
    crc32: typeof zlib.crc32 === 'function',
  }));
  serveStore(port, backup);
  serveComparisons(port, backup);
  servePlans(port, backup);
  serveCloudCopies(port, backup);
  port.onClose(() => {
    backup.dispose();
  });
  // Nobody is to see the folders as an engine left them that was killed.
  void recoverOwnFiles(ownFilesFolder, onRecovered, new AbortController().signal).then(() => {
    port.listen();
  });

  function onRecovered(recovery: Recovery): void {
    const { level, message } = describeRecovery(recovery);
    log(level, message);
    if (recovery.kind === 'kept-beside') {
      warn(new Failure('kept-beside', recovery.file.path, recovery.keptAs));
    }
  }
}

if (parentPort !== null) serve(servedPort(parentPort), workerData as WorkerData);
