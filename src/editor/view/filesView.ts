import { window, workspace, type Disposable, type Event, type TreeView } from 'vscode';
import type { FailureRecord } from '../../protocol/failures';
import type { Report } from '../../protocol/reports';
import type { FolderFailure, State } from '../../protocol/state';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';
import { ContextKey } from '../contributions/contextKey';
import { viewId, type ContextValue } from '../contributions/manifest';
import { localFolders, type Targets } from '../targets/targets';
import type { FilesTree } from './filesTree';
import { type RowFilter, filterLine } from './filter';
import type { PastFindings } from './pastTotals';
import type { RefreshScheduler } from './refreshScheduler';
import type { ShownState } from './shownState';
import type { StepsDone } from './stepsDone';
import { statusLine, unboundLine, unsafeFiles, unsafeText } from './statusLine';
import type { TreeNode } from './treeNode';

/** What the view shows besides the rows, and who knows it. */
interface FilesViewDeps {
  readonly tree: FilesTree;
  readonly engine: EngineClient;
  readonly targets: Targets;
  readonly filter: RowFilter;
  readonly operations: RunningOperations;
  readonly refresh: RefreshScheduler;
  readonly shown: ShownState;
  readonly steps: StepsDone;
  readonly past: { readonly findings: PastFindings | undefined };
  readonly reports: {
    readonly onDidChange: Event<void>;
    readonly last: { readonly report: Pick<Report, 'failed' | 'done' | 'work'> } | undefined;
    /** Whether an earlier window has left a report. */
    readonly isKept: boolean;
  };
  readonly unfinished: {
    readonly onDidChange: Event<void>;
    /** What the message says about files left by an interrupted batch. */
    readonly line: string | undefined;
  };
}

/**
 * Everything around the tree: its message, its badge, and the context keys for menus and welcome.
 */
export class FilesView implements Disposable {
  readonly treeView: TreeView<TreeNode>;
  readonly #subscriptions: readonly Disposable[];
  readonly #clock: NodeJS.Timeout;
  readonly #welcome = new ContextKey('s3Backup.welcome');
  readonly #proving = new ContextKey('s3Backup.proving');
  readonly #working = new ContextKey('s3Backup.working');
  /** Whether the store has accepted the chosen credentials, and nothing has been done since. */
  #connected = false;
  readonly #report = new ContextKey('s3Backup.report');
  readonly #transfer = new ContextKey('s3Backup.transfer');
  readonly #compared = new ContextKey('s3Backup.compared');

  constructor(private readonly deps: FilesViewDeps) {
    const { tree, engine, targets, filter, operations, reports, unfinished, refresh, steps } = deps;
    this.treeView = window.createTreeView(viewId, {
      treeDataProvider: tree,
      canSelectMany: true,
      showCollapseAll: true,
    });
    this.#subscriptions = [
      this.treeView,
      this.treeView.onDidChangeVisibility(refresh.request),
      this.treeView.onDidExpandElement(({ element }) => {
        tree.noteOpened(element, 'open');
      }),
      this.treeView.onDidCollapseElement(({ element }) => {
        tree.noteOpened(element, 'closed');
      }),
      engine.onDidChangeState(({ kind }) => {
        // The tree asks for the redraw.
        if (kind !== 'idle') this.#connected = false;
      }),
      targets.onDidChange(refresh.request),
      filter.onDidChange(refresh.request),
      unfinished.onDidChange(refresh.request),
      workspace.onDidChangeWorkspaceFolders(refresh.request),
      workspace.onDidChangeConfiguration(refresh.request),
      operations.onDidChange(() => {
        this.#working.set(!operations.isEmpty);
      }),
      reports.onDidChange(() => {
        this.#report.set(reportOf(reports));
        const { work, done } = reports.last?.report ?? { work: undefined, done: 0 };
        if (work === 'back-up' && done > 0) void steps.note('s3Backup.backedUp');
        if (work === 'restore' && done > 0) void steps.note('s3Backup.restored');
      }),
      refresh.onDidRefresh(() => {
        this.#draw();
      }),
    ];
    // "5 min ago" has to be updated.
    this.#clock = setInterval(() => {
      if (this.treeView.visible) refresh.request();
    }, 30_000);
    this.#report.set(reportOf(reports));
    this.#draw();
  }

  dispose(): void {
    clearInterval(this.#clock);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Says that the store has accepted the credentials. */
  showConnected(): void {
    this.#connected = true;
    this.#draw();
  }

  /** Whether the line or the welcome tells at this moment that this has failed. */
  shows({ code, subject }: FailureRecord): boolean {
    const { state } = this.deps.engine;
    if (!this.treeView.visible || state.kind !== 'failed') return false;
    return state.failures.some(({ failure }) => {
      return failure.code === code && failure.subject === subject;
    });
  }

  #draw(): void {
    this.#drawMessage();
    this.#drawBadge();
    this.#welcome.set(this.#whichWelcome());
    const { state } = this.deps.shown;
    this.#transfer.set(transferOf(state));
    const { comparisons } = state;
    this.#compared.set(comparisons.length > 0);
    if (localFolders().some(folder => this.deps.targets.statusOf(folder).kind === 'known')) {
      void this.deps.steps.note('s3Backup.everChosen');
    }
    if (comparisons.length > 0) void this.deps.steps.note('s3Backup.everCompared');
    this.#proving.set(comparisons.some(({ proving }) => proving !== undefined));
  }

  #drawMessage(): void {
    const { state } = this.deps.shown;
    const status = statusLine(state, this.deps.past.findings?.comparedAt, Date.now());
    const parts = [
      status,
      // If there is no status, the welcome says what to do, and a message would hide it.
      status === undefined ? undefined : this.deps.unfinished.line,
      state.comparisons.length === 0 ? undefined : unboundLine(this.#unboundFolders()),
      filterLine(state.comparisons, this.deps.filter.applied),
    ];
    const line = parts.filter(part => part !== undefined).join(' · ');
    // VS Code shows either a message or the welcome; an empty message counts as none.
    if ((this.treeView.message ?? '') !== line) this.treeView.message = line;
  }

  #unboundFolders(): readonly string[] {
    return localFolders()
      .filter(folder => this.deps.targets.statusOf(folder).kind === 'none')
      .map(({ name }) => name);
  }

  #drawBadge(): void {
    const { comparisons } = this.deps.shown.state;
    const unsafe = unsafeFiles(comparisons);
    const { files: value } = unsafe;
    const tooltip = value === 0 ? undefined : unsafeText(unsafe);
    if (this.treeView.badge?.tooltip === tooltip) return;
    this.treeView.badge = tooltip === undefined ? undefined : { value, tooltip };
  }

  #whichWelcome(): Welcome {
    const { state } = this.deps.shown;
    if (state.kind === 'connecting' || state.kind === 'comparing') return 'working';
    if (state.comparisons.length > 0) return 'none';
    const welcome = state.kind === 'failed' ? failedWelcome(state.failures) : 'not-compared';
    if (!beforeBuckets.has(welcome)) {
      if (this.#unboundFolders().length === localFolders().length) {
        return this.#connected ? 'connected' : 'no-bucket';
      }
    }
    return welcome;
  }
}

function reportOf({ last, isKept }: FilesViewDeps['reports']): ContextValue<'s3Backup.report'> {
  if (last === undefined) return isKept ? 'kept' : 'none';
  return last.report.failed > 0 ? 'failed' : 'fine';
}

function transferOf({ kind }: State): ContextValue<'s3Backup.transfer'> {
  if (kind === 'paused') return 'paused';
  return kind === 'transferring' ? 'running' : 'none';
}

/** What must be put right before a bucket can be chosen. */
const beforeBuckets: ReadonlySet<Welcome> = new Set<Welcome>([
  'failed-credentials',
  'failed-network',
  'failed-endpoint',
]);

type Welcome = ContextValue<'s3Backup.welcome'>;

/** Returns the welcome that says what can be done about a failure. */
function failedWelcome([first]: readonly FolderFailure[]): Welcome {
  switch (first?.failure.code) {
    case 'no-credentials':
    case 'profile-not-found':
    case 'credentials-unreadable':
    case 'credentials-malformed':
    case 'profile-failed':
    case 'program-not-found':
    case 'program-failed':
    case 'sign-in-needed':
    case 'mfa-code-needed':
    case 'credentials-incomplete':
    case 'credentials-refused':
    case 'credentials-expired':
      return 'failed-credentials';
    case 'unreachable':
    case 'host-not-found':
    case 'proxy-unreachable':
    case 'proxy-refused':
    case 'proxy-authorization':
    case 'only-vscode-reaches':
    case 'certificate':
    case 'certificate-name':
    case 'certificate-date':
    case 'timed-out':
    case 'store-busy':
      return 'failed-network';
    case 'not-s3':
    case 'bucket-in-endpoint':
    case 'bucket-elsewhere':
    case 'needs-https':
    case 'needs-http':
    case 'wrong-region':
      return 'failed-endpoint';
    case 'access-denied':
    case 'read-denied':
    case 'no-such-bucket':
    case 'invalid-bucket-name':
      return 'failed-bucket';
    default:
      return 'failed';
  }
}
