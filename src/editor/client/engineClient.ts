import { Worker } from 'node:worker_threads';
import {
  EventEmitter,
  type CancellationToken,
  type Disposable,
  type Event,
  type LogOutputChannel,
  env,
  Uri,
  workspace,
} from 'vscode';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { FailureRecord } from '../../protocol/failures';
import {
  hostReport,
  logged,
  warned,
  conditionsNotHonoured,
  type StoreWeakness,
  type HostReport,
  type LogEntry,
  type WorkerData,
  moveToTrash,
  reachesByEditor,
  type TrashOutcome,
} from '../../protocol/host';
import type { NotificationType, RequestType } from '../../protocol/messages';
import { rowsChanged, type RowsChange } from '../../protocol/rows';
import { stateChanged, type State } from '../../protocol/state';
import { Failed } from '../failures/failed';
import { handlePersonRequests, type TypedAccessKeys } from './personRequests';
import { tellUnsaved } from './unsavedFiles';
import { workerLimits } from './workerLimits';

export interface EngineClientDeps {
  readonly log: LogOutputChannel;
  /** Those that were typed in; without it, there are none. */
  readonly accessKeys?: TypedAccessKeys;
}

/**
 * The engine as the editor sees it. Its worker thread starts with the first request. When the
 * thread dies, pending requests fail with `engine-stopped`, the state says so, and the next request
 * starts a new thread.
 */
export class EngineClient implements Disposable {
  readonly #onDidChangeState = new EventEmitter<State>();
  readonly #onDidChangeRows = new EventEmitter<RowsChange>();
  readonly #onDidWarn = new EventEmitter<FailureRecord>();
  readonly #onDidFindWeakness = new EventEmitter<StoreWeakness>();
  #state: State = { kind: 'idle', comparisons: [], unfinished: [] };
  #starting: Promise<Session> | undefined;
  #session: Session | undefined;
  #isDisposed = false;

  readonly onDidChangeState: Event<State> = this.#onDidChangeState.event;
  readonly onDidChangeRows: Event<RowsChange> = this.#onDidChangeRows.event;
  /** Something failed that belongs to no request. */
  readonly onDidWarn: Event<FailureRecord> = this.#onDidWarn.event;

  /** A store does not honour the conditions of writes. */
  readonly onDidFindWeakness: Event<StoreWeakness> = this.#onDidFindWeakness.event;

  readonly #workerFile: string;
  readonly #workerData: WorkerData;
  readonly #log: LogOutputChannel;
  readonly #accessKeys: TypedAccessKeys;

  constructor(
    workerFile: string,
    workerData: WorkerData,
    { log, accessKeys = noAccessKeys }: EngineClientDeps,
  ) {
    this.#workerFile = workerFile;
    this.#workerData = workerData;
    this.#log = log;
    this.#accessKeys = accessKeys;
  }

  get state(): State {
    return this.#state;
  }

  get running(): boolean {
    return this.#session !== undefined;
  }

  /** Sends a request, and starts the engine if it does not run. Throws only `Failed`. */
  async sendRequest<P, R>(
    { method }: RequestType<P, R>,
    params: P,
    token?: CancellationToken,
  ): Promise<R> {
    const session = this.#session ?? (await (this.#starting ??= this.#start()));
    try {
      const tokens = token === undefined ? [] : [token];
      return await session.connection.sendRequest<R>(method, params, ...tokens);
    } catch (error) {
      throw toFailed(error, session);
    }
  }

  /** Sends a notification. Drops it if the engine does not run: a new one knows nothing yet. */
  notify<P>({ method }: NotificationType<P>, params: P): void {
    this.#session?.connection.sendNotification(method, params).catch((error: unknown) => {
      this.#log.warn(`The engine could not be notified: ${method}: ${String(error)}`);
    });
  }

  dispose(): void {
    this.#isDisposed = true;
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) {
      session.ended = 'closed';
      session.telling.dispose();
      session.connection.dispose();
      void session.worker.terminate();
    }
    this.#onDidChangeState.dispose();
    this.#onDidChangeRows.dispose();
    this.#onDidWarn.dispose();
    this.#onDidFindWeakness.dispose();
  }

  async #start(): Promise<Session> {
    // Loaded only now, because it takes longer than all the rest of the activation.
    const { createMessageConnection, PortMessageReader, PortMessageWriter } =
      await import('vscode-jsonrpc/node');
    if (this.#isDisposed) throw Failed.of('engine-stopped', '', 'closed');
    const worker = new Worker(this.#workerFile, {
      name: 's3-backup-engine',
      workerData: this.#workerData,
      resourceLimits: workerLimits,
      stdout: true,
      stderr: true,
    });
    const connection = createMessageConnection(
      new PortMessageReader(worker),
      new PortMessageWriter(worker),
    );
    // Sent before any request.
    const telling = tellUnsaved(connection);
    const session: Session = { worker, connection, telling, ended: undefined };
    this.#session = session;
    this.#starting = undefined;
    // Messages of a worker that has been replaced no longer count.
    const isCurrent = (): boolean => this.#session === session;
    connection.onNotification(stateChanged.method, (state: State) => {
      if (isCurrent()) this.#setState(state);
    });
    connection.onNotification(rowsChanged.method, (change: RowsChange) => {
      if (isCurrent()) this.#onDidChangeRows.fire(change);
    });
    connection.onNotification(warned.method, (failure: FailureRecord) => {
      if (isCurrent()) this.#onDidWarn.fire(failure);
    });
    connection.onNotification(conditionsNotHonoured.method, (weakness: StoreWeakness) => {
      if (isCurrent()) this.#onDidFindWeakness.fire(weakness);
    });
    connection.onNotification(logged.method, (entry: LogEntry) => {
      this.#write(entry);
    });
    worker.stdout.on('data', (chunk: Buffer) => {
      this.#log.info(chunk.toString().trimEnd());
    });
    worker.stderr.on('data', (chunk: Buffer) => {
      this.#log.warn(chunk.toString().trimEnd());
    });
    worker.on('error', (error: unknown) => {
      this.#end(session, error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
    worker.on('exit', code => {
      this.#end(session, `exit code ${String(code)}`);
    });
    handleEngineRequests(connection);
    handlePersonRequests(connection, this.#accessKeys);
    connection.listen();
    void this.#reportHost(connection);
    return session;
  }

  async #reportHost(connection: MessageConnection): Promise<void> {
    try {
      const host = await connection.sendRequest<HostReport>(hostReport.method, null);
      this.#log.info(`The engine runs on ${JSON.stringify(host)}.`);
    } catch (error) {
      this.#log.warn(`The engine did not say what it runs on: ${String(error)}`);
    }
  }

  #end(session: Session, cause: string): void {
    if (session.ended !== undefined) return;
    session.ended = cause;
    session.telling.dispose();
    // Rejects what waits for an answer.
    session.connection.dispose();
    if (this.#session !== session) return;
    this.#session = undefined;
    this.#log.error(`The engine stopped: ${cause}`);
    const failure: FailureRecord = { code: 'engine-stopped', subject: '', cause };
    const failures = [{ folder: undefined, failure }];
    this.#setState({ kind: 'failed', failures, comparisons: [], unfinished: [] });
  }

  #setState(state: State): void {
    this.#state = state;
    this.#onDidChangeState.fire(state);
  }

  #write({ level, message }: LogEntry): void {
    switch (level) {
      case 'debug':
        this.#log.debug(message);
        break;
      case 'info':
        this.#log.info(message);
        break;
      case 'warning':
        this.#log.warn(message);
        break;
      case 'error':
        this.#log.error(message);
        break;
    }
  }
}

const noAccessKeys: TypedAccessKeys = { get: () => Promise.resolve(undefined) };

/** One life of the worker. */
interface Session {
  readonly worker: Worker;
  readonly connection: MessageConnection;
  /** Tells the engine of unsaved changes. */
  readonly telling: Disposable;
  /** Why it ended; `undefined` while it runs. */
  ended: string | undefined;
}

function toFailed(error: unknown, session: Session): Failed {
  if (session.ended !== undefined) return Failed.of('engine-stopped', '', session.ended);
  if (error instanceof Error && 'data' in error && isFailureRecord(error.data)) {
    return new Failed(error.data);
  }
  const cause = error instanceof Error ? error.message : String(error);
  return Failed.of('unexpected', '', cause);
}

function isFailureRecord(data: unknown): data is FailureRecord {
  return typeof data === 'object' && data !== null && 'code' in data && 'subject' in data;
}

/** Answers the engine's requests for what only the editor can do. */
function handleEngineRequests(connection: MessageConnection): void {
  connection.onRequest(moveToTrash.method, (path: string) => trashFile(path));
  connection.onRequest(reachesByEditor.method, (url: string) => isAnswered(url));
}

/** VS Code lets `fetch` go through the proxies of the system on this thread. */
async function isAnswered(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(answerLimitMs);
    const { status } = await fetch(url, { method: 'HEAD', redirect: 'manual', signal });
    return !saidByProxies.has(status);
  } catch {
    return false;
  }
}

const answerLimitMs = 5_000;

/** A proxy asks for a password, or has not reached the host itself. */
const saidByProxies = new Set([407, 502, 503, 504]);

/** Moves a file to the trash. There is none when VS Code works on a remote machine. */
async function trashFile(path: string): Promise<TrashOutcome> {
  if (env.remoteName !== undefined) return 'no-trash';
  try {
    await workspace.fs.delete(Uri.file(path), { useTrash: true });
    return 'trashed';
  } catch {
    // Not every disk has one; the file is still there.
    return 'no-trash';
  }
}
