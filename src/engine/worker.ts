import { parentPort, workerData } from 'node:worker_threads';
import * as zlib from 'node:zlib';
import {
  createMessageConnection,
  NotificationType,
  PortMessageReader,
  RequestType,
  ResponseError,
  type CancellationToken,
} from 'vscode-jsonrpc/node';
import * as protocol from '../protocol';
import type { CloudCopyRequest, FailureRecord, LogEntry, WorkerData } from '../protocol';
import { Backup } from './backup';
import type { Bucket } from './bucket';
import { bucketNameFault } from './bucketName';
import { BytesWriter } from './bytesWriter';
import { cloudVersions } from './cloudCopies/cloudVersions';
import { cloudCopy, readCloudCopy } from './cloudCopies/readCloudCopy';
import { openConnection } from './connection';
import { checkNewName, createBucket } from './createBucket';
import { openDatabase } from './database';
import { openOwnFileJournal } from './ownFileJournal';
import { receiptsIn } from './receiptDatabase';
import { receiptsInMemory, type Receipts } from './receipts';
import { describeRecovery, recoverOwnFiles } from './recoverOwnFiles';
import { unfinishedInMemory, type Unfinished } from './resume/unfinished';
import { unfinishedInDatabase } from './resume/unfinishedInDatabase';
import { Failure, toFailure } from './failure';
import { inspectBucket } from './inspectBucket';
import { inspectPrefix } from './inspectPrefix';

/** Serves the protocol on the worker's port: the only thing that runs in the engine's thread. */
function serve(port: NonNullable<typeof parentPort>): void {
  const connection = createMessageConnection(new PortMessageReader(port), new BytesWriter(port));
  const tell = (level: LogEntry['level'], message: string) =>
    void connection.sendNotification(told(protocol.logged), { level, message });
  const warn = (failure: Failure) =>
    void connection.sendNotification(told(protocol.warned), failure.toRecord());
  const file = (workerData as WorkerData).receiptsFile;
  const { receipts, unfinished } = openKept(file, tell, warn);
  const backup = new Backup({
    connect: openConnection,
    receipts,
    unfinished,
    journal: openOwnFileJournal((workerData as WorkerData).ownFilesFolder),
    editor: {
      isUnsaved: path => connection.sendRequest(asked(protocol.isUnsaved), path),
      moveToTrash: path => connection.sendRequest(asked(protocol.moveToTrash), path),
    },
    onState: state => void connection.sendNotification(told(protocol.stateChanged), state),
    onRows: (folder, groups) =>
      void connection.sendNotification(told(protocol.rowsChanged), { folder, groups }),
    onLog: entry => void connection.sendNotification(told(protocol.logged), entry),
  });

  connection.onRequest(asked(protocol.hostReport), () => ({
    node: process.versions.node,
    forgetsReceipts: receipts.forgetful,
    crc32: typeof zlib.crc32 === 'function',
  }));
  connection.onRequest(asked(protocol.listBuckets), (request, token) =>
    answered(token, signal => backup.listBuckets(request, signal)),
  );
  connection.onRequest(asked(protocol.judgeBucketName), name => bucketNameFault(name) ?? null);
  connection.onRequest(asked(protocol.checkNewBucketName), ({ settings, bucket }, token) =>
    answered(token, async signal => {
      await checkNewName(backup.connection(settings).account, bucket, signal);
      return null;
    }),
  );
  connection.onRequest(asked(protocol.connectionRegion), (settings, token) =>
    answered(token, () => Promise.resolve(backup.connection(settings).account.region)),
  );
  connection.onRequest(asked(protocol.storeEndpoint), (settings, token) =>
    answered(token, () => Promise.resolve(backup.connection(settings).endpoint)),
  );
  connection.onRequest(asked(protocol.createBucket), ({ settings, ...bucket }, token) =>
    answered(token, signal => createBucket(backup.connection(settings).account, bucket, signal)),
  );
  connection.onRequest(asked(protocol.inspectPrefix), ({ settings, bucket, prefix }, token) =>
    answered(token, signal =>
      inspectPrefix(backup.connection(settings).bucket(bucket), prefix, signal),
    ),
  );
  connection.onRequest(asked(protocol.inspectBucket), ({ settings, bucket, prefix }, token) =>
    answered(token, signal => {
      const store = backup.connection(settings);
      return inspectBucket(store.account, store.bucket(bucket), prefix, signal);
    }),
  );
  connection.onRequest(asked(protocol.credentialSources), (_, token) =>
    answered(token, () => Promise.resolve(backup.credentialSources())),
  );
  connection.onRequest(asked(protocol.checkConnection), (check, token) =>
    answered(token, async signal => {
      await backup.checkConnection(check, signal);
      return null;
    }),
  );
  connection.onRequest(asked(protocol.compare), (setups, token) =>
    answered(token, async signal => {
      await backup.compare(setups, signal);
      return null;
    }),
  );
  connection.onRequest(asked(protocol.children), request => backup.children(request));
  connection.onRequest(asked(protocol.verify), (request, token) =>
    answered(token, signal => backup.verify(request, signal)),
  );
  connection.onRequest(asked(protocol.readCloudCopies), (verificationId, token) =>
    answered(token, signal => backup.readCloudCopies(verificationId, signal)),
  );
  connection.onRequest(asked(protocol.forgetLost), (request, token) =>
    answered(token, signal => backup.forgetLost(request, signal)),
  );
  connection.onRequest(asked(protocol.conflicts), (request, token) =>
    answered(token, signal => backup.conflicts(request, signal)),
  );
  connection.onRequest(asked(protocol.planBackUp), (request, token) =>
    answered(token, signal => backup.plan(request, signal)),
  );
  connection.onRequest(asked(protocol.plannedAmong), ({ planId, paths }, token) =>
    answered(token, () => Promise.resolve(backup.plannedAmong(planId, paths))),
  );
  connection.onRequest(asked(protocol.emptyingFiles), (planId, token) =>
    answered(token, () => backup.emptyingFiles(planId)),
  );
  connection.onRequest(asked(protocol.leaveOut), (left, token) =>
    answered(token, () => {
      backup.leaveOut(left);
      return Promise.resolve(null);
    }),
  );
  connection.onRequest(asked(protocol.planFreeUp), (request, token) =>
    answered(token, signal => backup.planFreeUp(request, signal)),
  );
  connection.onRequest(asked(protocol.chooseFreeWay), (choice, token) =>
    answered(token, () => {
      backup.chooseFreeWay(choice);
      return Promise.resolve(null);
    }),
  );
  connection.onRequest(asked(protocol.runPlan), (planId, token) =>
    answered(token, signal => backup.run(planId, signal)),
  );
  connection.onRequest(asked(protocol.planRestore), (request, token) =>
    answered(token, signal => backup.planRestore(request, signal)),
  );
  connection.onRequest(asked(protocol.chooseConflicts), (choices, token) =>
    answered(token, () => {
      backup.chooseConflicts(choices);
      return Promise.resolve(null);
    }),
  );
  connection.onRequest(asked(protocol.requestArchived), (request, token) =>
    answered(token, signal => backup.requestArchived(request, signal)),
  );
  connection.onRequest(asked(protocol.differences), (setup, token) =>
    answered(token, () => Promise.resolve(backup.differences(setup))),
  );
  connection.onRequest(asked(protocol.dropRemaining), (setups, token) =>
    answered(token, () => {
      backup.dropRemaining(setups);
      return Promise.resolve(null);
    }),
  );
  connection.onRequest(asked(protocol.reportPage), (request, token) =>
    answered(token, () => Promise.resolve(backup.reportPage(request))),
  );
  connection.onRequest(asked(protocol.cloudCopy), (request, token) =>
    answered(token, signal => cloudCopy(bucketOf(request), request, signal)),
  );
  connection.onRequest(asked(protocol.readCloudCopy), (request, token) =>
    answered(token, signal => readCloudCopy(bucketOf(request), request, signal)),
  );
  connection.onRequest(asked(protocol.saveCloudCopy), (request, token) =>
    answered(token, async signal => {
      await backup.saveCopy(request, signal);
      return null;
    }),
  );
  connection.onRequest(asked(protocol.cloudVersions), (request, token) =>
    answered(token, signal => cloudVersions(bucketOf(request), request, signal)),
  );
  connection.onRequest(asked(protocol.bucketVersioning), ({ settings, bucket }, token) =>
    answered(token, signal => backup.connection(settings).bucket(bucket).versioning(signal)),
  );
  connection.onRequest(asked(protocol.turnOnVersioning), ({ settings, bucket }, token) =>
    answered(token, async signal => {
      await backup.connection(settings).account.turnOnVersioning(bucket, signal);
      return null;
    }),
  );
  connection.onRequest(asked(protocol.knownCopies), request => backup.knownCopies(request));
  connection.onNotification(told(protocol.dropPlan), planId => {
    backup.dropPlan(planId);
  });
  connection.onNotification(told(protocol.pause), () => {
    backup.pause();
  });
  connection.onNotification(told(protocol.resume), () => {
    backup.resume();
  });
  connection.onNotification(told(protocol.trafficChanged), settings =>
    logged(() => {
      backup.trafficChanged(settings);
    }),
  );
  connection.onNotification(told(protocol.filesChanged), ({ folder, paths }) =>
    logged(() => backup.filesChanged(folder, paths)),
  );
  connection.onNotification(told(protocol.recheck), () => logged(() => backup.recheck()));
  connection.onNotification(told(protocol.filterRows), text => {
    backup.filterRows(text);
  });
  connection.onNotification(told(protocol.settingsChanged), ({ folder, settings }) => {
    backup.settingsChanged(folder, settings);
  });
  connection.onNotification(told(protocol.forgetFolder), folder => {
    backup.forgetFolder(folder);
  });
  connection.onClose(() => {
    backup.dispose();
  });
  // Nobody is to see the folders as an engine left them that was killed.
  void recoverOwnFiles((workerData as WorkerData).ownFilesFolder, recovery => {
    const { level, message } = describeRecovery(recovery);
    tell(level, message);
    if (recovery.kind === 'kept-beside') {
      warn(new Failure('kept-beside', recovery.file.path, recovery.keptAs));
    }
  }).then(() => {
    connection.listen();
  });

  function bucketOf({ setup }: CloudCopyRequest): Bucket {
    return backup.connection(setup.settings).bucket(setup.bucket);
  }

  /** A notification has no answer in which a failure could travel. */
  async function logged(work: () => Promise<void> | void): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { code, subject, cause } = toFailure(error, '').toRecord();
      const message = `${code}: ${subject} ${cause ?? ''}`;
      void connection.sendNotification(told(protocol.logged), { level: 'error', message });
    }
  }
}

/** The protocol's names in the form that the connection takes. */
function asked<P, R>({ method }: protocol.Question<P, R>): RequestType<P, R, FailureRecord> {
  return new RequestType(method);
}

function told<P>({ method }: protocol.Notice<P>): NotificationType<P> {
  return new NotificationType(method);
}

/** Runs a request under its own signal; its failure travels as data. */
async function answered<T>(
  token: CancellationToken,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | ResponseError<FailureRecord>> {
  const controller = new AbortController();
  const listening = token.onCancellationRequested(() => {
    controller.abort();
  });
  if (token.isCancellationRequested) controller.abort();
  try {
    return await work(controller.signal);
  } catch (error) {
    const failure = toFailure(error, '');
    return new ResponseError(failureResponse, failure.message, failure.toRecord());
  } finally {
    listening.dispose();
  }
}

/** JSON-RPC asks for a number; which failure it is stands in the data. */
const failureResponse = 1;

/** Without a file for them receipts last as long as the window: everything is proved again then. */
function openKept(
  file: string,
  tell: (level: LogEntry['level'], message: string) => void,
  warn: (failure: Failure) => void,
): { readonly receipts: Receipts; readonly unfinished: Unfinished } {
  try {
    const database = openDatabase(
      file,
      (setAside, why) => {
        tell(
          'warning',
          `The receipts were broken and are begun anew (${String(why)}): ${setAside}`,
        );
      },
      why => {
        tell('error', `Receipts could not be kept and are proved again later: ${String(why)}`);
        warn(new Failure('records-not-kept', file, String(why)));
      },
    );
    return { receipts: receiptsIn(database), unfinished: unfinishedInDatabase(database) };
  } catch (error) {
    tell('error', `Receipts cannot be kept in ${file}: ${String(error)}`);
    warn(new Failure('records-not-kept', file, String(error)));
    return { receipts: receiptsInMemory(String(error)), unfinished: unfinishedInMemory() };
  }
}

if (parentPort !== null) serve(parentPort);
