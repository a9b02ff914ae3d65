import { parentPort, workerData } from 'node:worker_threads';
import * as credentialMessages from '../../protocol/credentials';
import * as hostMessages from '../../protocol/host';
import * as rowMessages from '../../protocol/rows';
import * as stateMessages from '../../protocol/state';
import type { LogEntry, WorkerData } from '../../protocol/host';
import { Engine } from '../session/engine';
import { CredentialCache } from '../s3/credentialCache';
import { S3Connection } from '../s3/s3Connection';
import { Failure } from '../failures/failure';
import type { PersonPort } from '../ports/personPort';
import { openRecords } from '../records/openRecords';
import { SqliteStagingJournal } from '../staging/stagingJournal';
import { describeRecovery, recoverStagedFiles } from '../staging/recoverStagedFiles';
import { serveCloudCopies } from './serveCloudCopies';
import { serveComparisons } from './serveComparisons';
import { ServedPort } from './servedPort';
import { servePlans } from './servePlans';
import { serveStore } from './serveStore';

/** Serves the protocol: the only thing that runs in the engine's thread. */
function serve(port: ServedPort, { recordsFile, journalsFolder, locksFolder }: WorkerData): void {
  const log = (level: LogEntry['level'], message: string) => {
    port.notify(hostMessages.logged, { level, message });
  };
  const warn = (failure: Failure) => {
    port.notify(hostMessages.warned, failure.toRecord());
  };
  const records = openRecords({ file: recordsFile, locksFolder, log, warn });
  const { receipts, unfinished, capabilities: memory } = records;
  const person: PersonPort = {
    showSignInPage: page => port.sendRequest(credentialMessages.showSignInPage, page),
    mfaCode: async question =>
      (await port.sendRequest(credentialMessages.askForMfaCode, question)) ?? undefined,
    accessKey: async folder =>
      (await port.sendRequest(credentialMessages.typedAccessKey, folder)) ?? undefined,
  };
  const credentials = new CredentialCache({ person });
  let unsaved: ReadonlySet<string> = new Set();
  port.onNotification(hostMessages.unsavedChanged, files => {
    unsaved = new Set(files);
  });
  const engine = new Engine({
    connect: (settings, traffic, onWeakness) =>
      new S3Connection(settings, { traffic, onWeakness, credentials, memory }),
    receipts,
    unfinished,
    journal: new SqliteStagingJournal(journalsFolder),
    editor: {
      isUnsaved: path => Promise.resolve(unsaved.has(path)),
      moveToTrash: path => port.sendRequest(hostMessages.moveToTrash, path),
    },
    person,
    reachesByEditor: url => port.sendRequest(hostMessages.reachesByEditor, url),
    onState: state => {
      port.notify(stateMessages.stateChanged, state);
    },
    onRows: (folder, groups, rows) => {
      port.notify(rowMessages.rowsChanged, { folder, groups, rows });
    },
    onLog: entry => {
      port.notify(hostMessages.logged, entry);
    },
    onWeakness: weakness => {
      port.notify(hostMessages.conditionsNotHonoured, weakness);
    },
  });
  port.onRequest(hostMessages.hostReport, () => ({
    node: process.versions.node,
    receiptsError: receipts.persistenceError,
  }));
  const ending = new AbortController();
  const recovered = recover(ending.signal);
  // Nobody is to see the folders as an engine left them that was killed.
  const disk = port.waitingFor(recovered);
  serveStore(port, engine);
  serveComparisons(port, disk, engine);
  servePlans(port, disk, engine);
  serveCloudCopies(port, disk, engine);
  port.onClose(() => {
    ending.abort();
    engine.dispose();
  });
  port.listen();

  async function recover(signal: AbortSignal): Promise<void> {
    try {
      await recoverStagedFiles(
        journalsFolder,
        recovery => {
          const { level, message } = describeRecovery(recovery);
          log(level, message);
          if (recovery.kind === 'kept-beside') {
            warn(new Failure('kept-beside', recovery.file.path, recovery.keptAs));
          }
        },
        signal,
      );
    } catch (error) {
      // What is left is looked after again at the next start; the engine goes on.
      log('error', `What engines have left could not be cleared up: ${String(error)}`);
      warn(new Failure('not-cleared-up', journalsFolder, error));
    }
  }
}

if (parentPort !== null) serve(ServedPort.over(parentPort), workerData as WorkerData);
