import { l10n, window, type CancellationToken, type LogOutputChannel } from 'vscode';
import { rootPath, type FolderSetup } from '../../protocol/folders';
import type { ChosenRequest } from '../../protocol/plans';
import { groups } from '../../protocol/verdicts';
import { readCloudCopies, verify, type VerifyReport } from '../../protocol/verify';
import { withDelayedProgress } from '../batch/withDelayedProgress';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';
import { viewId } from '../contributions/manifest';
import { failureLine } from '../failures/failed';
import { failureMessage } from '../failures/failureMessage';
import { formatBytes, formatCount, formatFiles } from '../format/quantity';
import { chosenScopes } from '../selection/chosenScopes';
import type { Everything, Selection } from '../selection/selection';
import { comparedTargets, type ComparedTargetsDeps } from '../setUp/resolveTargets';
import { showStatusMessage } from '../view/statusMessage';

interface VerifyFilesDeps extends ComparedTargetsDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly operations: RunningOperations;
}

/**
 * Reads the chosen files, whatever is known about them, and says which are proved and which differ.
 * Asks before it reads cloud copies, because that costs as much as a download.
 */
export async function verifyFiles(
  deps: VerifyFilesDeps,
  meant: Selection | Everything,
): Promise<void> {
  const chosen =
    meant.kind === 'everything' ? await allScopes(deps) : await chosenScopes(deps, meant);
  if (chosen.length === 0) return;
  const { engine } = deps;
  const request: ChosenRequest = { folders: chosen };
  const found = await withProgress(deps, token => engine.sendRequest(verify, request, token));
  const wanted = found.unknown.files > 0 && (await confirmReading(found));
  const copies = wanted
    ? await withProgress(deps, token =>
        engine.sendRequest(readCloudCopies, found.verificationId, token),
      )
    : undefined;
  announceVerified(
    deps,
    copies === undefined ? found : combined(found, copies),
    chosen.map(({ setup }) => setup),
  );
}

async function allScopes(deps: VerifyFilesDeps): Promise<ChosenRequest['folders']> {
  const setups = await comparedTargets(deps);
  return setups.map(setup => {
    const nodes = groups.map(group => ({ folder: setup.id, group, path: rootPath }));
    return { setup, scope: { kind: 'nodes', nodes } };
  });
}

function withProgress(
  { engine, operations }: VerifyFilesDeps,
  work: (token: CancellationToken) => Promise<VerifyReport>,
): Promise<VerifyReport> {
  const running = operations.run(async (token, cancel) => {
    const working = work(token);
    const getStatus = () => {
      const { state } = engine;
      if (state.kind !== 'verifying') return undefined;
      const { files, filesDone, bytes, bytesDone } = state;
      const message = [
        l10n.t('{0} of {1}', formatCount(filesDone), formatFiles(files)),
        l10n.t('{0} of {1}', formatBytes(bytesDone), formatBytes(bytes)),
      ].join(' · ');
      return { message, percent: bytes > 0 ? (100 * bytesDone) / bytes : 0 };
    };
    withDelayedProgress({ title: l10n.t('Verifying'), running: working, cancel, getStatus });
    return working;
  });
  return Promise.resolve(window.withProgress({ location: { viewId } }, () => running));
}

async function confirmReading({ unknown }: VerifyReport): Promise<boolean> {
  const read = l10n.t('Read Cloud Copies');
  const { files, bytes } = unknown;
  const text =
    files === 1
      ? l10n.t('1 file can only be verified by reading its cloud copy ({0}).', formatBytes(bytes))
      : l10n.t(
          '{0} files can only be verified by reading their cloud copies ({1}).',
          formatCount(files),
          formatBytes(bytes),
        );
  const detail = l10n.t(
    'The store has no checksum to compare them by. Reading a copy downloads it, which some stores charge for; nothing is written to disk.',
  );
  return (await window.showWarningMessage(text, { modal: true, detail }, read)) === read;
}

/** Adds what reading the copies has shown; it replaces what was unknown. */
function combined(found: VerifyReport, copies: VerifyReport): VerifyReport {
  return {
    verificationId: copies.verificationId,
    files: found.files,
    proved: found.proved + copies.proved,
    different: found.different + copies.different,
    missing: found.missing + copies.missing,
    unknown: copies.unknown,
    failed: found.failed + copies.failed,
    problems: [...found.problems, ...copies.problems],
  };
}

function announceVerified(
  { log }: VerifyFilesDeps,
  report: VerifyReport,
  setups: readonly FolderSetup[],
): void {
  for (const { folder, path, failure } of report.problems) {
    const name = setups.find(({ id }) => id === folder)?.name ?? folder;
    log.warn(`Not verified: ${name}/${path}: ${failureLine(failure)}`);
  }
  const text = reportText(report);
  log.info(text);
  const isFine = report.files === report.proved;
  if (report.files === 0) showStatusMessage(text, 'info');
  else if (isFine) void window.showInformationMessage(text);
  else void offerLog(text, log);
}

async function offerLog(text: string, log: LogOutputChannel): Promise<void> {
  const showLog = l10n.t('Show Log');
  if ((await window.showWarningMessage(text, showLog)) === showLog) log.show();
}

/** "12 files verified: 10 proved, 2 different"; leaves out zeros. */
function reportText({
  files,
  proved,
  different,
  missing,
  unknown,
  failed,
  problems,
}: VerifyReport): string {
  if (files === 0)
    return l10n.t('Nothing to verify: none of these files is both here and in the cloud.');
  const numbers = [
    l10n.t('{0} proved', formatCount(proved)),
    ...(different > 0 ? [l10n.t('{0} different', formatCount(different))] : []),
    ...(missing > 0 ? [l10n.t('{0} missing in the cloud', formatCount(missing))] : []),
    ...(unknown.files > 0 ? [l10n.t('{0} not proved', formatCount(unknown.files))] : []),
    ...(failed > 0 ? [l10n.t('{0} could not be read', formatCount(failed))] : []),
  ];
  const text = l10n.t('{0} verified: {1}.', formatFiles(files), numbers.join(', '));
  const [problem] = problems;
  const isSame = problems.every(({ failure }) => failure.code === problem?.failure.code);
  return problem === undefined || !isSame
    ? text
    : `${text} ${failureMessage(problem.failure).text}`;
}
