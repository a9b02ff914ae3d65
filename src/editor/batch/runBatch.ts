import { l10n } from 'vscode';
import { runPlan } from '../../protocol/plans';
import type { Report } from '../../protocol/reports';
import type { Work } from '../../protocol/rows';
import type { BatchProgress, PauseReason } from '../../protocol/state';
import type { EngineClient } from '../client/engineClient';
import type { RunningOperations } from '../client/runningOperations';
import { Failed } from '../failures/failed';
import { formatDuration } from '../format/pointInTime';
import { formatCount, formatFiles, formatBytes } from '../format/quantity';
import { batchTitle, pauseText, storeAwaitedText } from '../view/workWords';
import { withDelayedProgress } from './withDelayedProgress';

/**
 * Runs a plan and shows its progress. If the engine dies meanwhile, the failure that is thrown says
 * how many files were done by then, because a dead engine cannot report.
 */
export function runBatch(
  { engine, operations }: { readonly engine: EngineClient; readonly operations: RunningOperations },
  batch: BatchToRun,
): Promise<Report> {
  const { planId, files } = batch;
  return operations.run(async (token, cancel) => {
    let done = 0;
    const listening = engine.onDidChangeState(state => {
      if (state.kind !== 'transferring' && state.kind !== 'paused') return;
      const progress = state.batches.find(candidate => candidate.planId === planId);
      if (progress !== undefined) ({ done } = progress);
    });
    try {
      const running = engine.sendRequest(runPlan, planId, token);
      // A single file's row shows all there is to see.
      if (files > 1) showBatch(engine, batch, { running, cancel });
      return await running;
    } catch (error) {
      if (!(error instanceof Failed) || error.record.code !== 'engine-stopped') throw error;
      const howMany = l10n.t('{0} of {1}', formatCount(done), formatFiles(files));
      throw Failed.of('engine-stopped', howMany, error.record.cause);
    } finally {
      listening.dispose();
    }
  });
}

/** A plan that is about to run. */
export interface BatchToRun {
  readonly work: Work;
  readonly planId: number;
  readonly files: number;
}

/**
 * Shows a running batch as a notification with counts, bytes and *Cancel*, unless it ends before
 * anybody could read it.
 */
function showBatch(
  engine: EngineClient,
  { planId, work }: BatchToRun,
  operation: { readonly running: Promise<unknown>; readonly cancel: () => void },
): void {
  const getStatus = () => {
    const { state } = engine;
    if (state.kind !== 'transferring' && state.kind !== 'paused') return undefined;
    const batch = state.batches.find(candidate => candidate.planId === planId);
    if (batch === undefined) return undefined;
    const message = state.kind === 'paused' ? pausedText(batch, state.why) : batchText(batch);
    return { message, percent: percent(batch) };
  };
  withDelayedProgress({ ...operation, title: batchTitle(work), getStatus });
}

/** By bytes, because one large file can take longer than a thousand small ones. */
function percent({ files, filesDone, bytes, bytesDone }: BatchProgress): number {
  return 100 * (bytes > 0 ? bytesDone / bytes : filesDone / Math.max(1, files));
}

function pausedText(batch: BatchProgress, why: PauseReason): string {
  const reason = why.kind === 'asked-for' ? [] : [pauseText(why)];
  return [l10n.t('Paused'), ...amounts(batch), ...reason].join(' · ');
}

function batchText(batch: BatchProgress): string {
  const { bytesPerSecond, secondsLeft, awaitsStore } = batch;
  if (awaitsStore) return [...amounts(batch), storeAwaitedText()].join(' · ');
  const parts = [
    ...amounts(batch),
    ...(bytesPerSecond > 0 ? [l10n.t('{0}/s', formatBytes(bytesPerSecond))] : []),
    ...(secondsLeft === undefined ? [] : [l10n.t('{0} left', formatDuration(secondsLeft))]),
  ];
  return parts.join(' · ');
}

function amounts({ files, filesDone, bytes, bytesDone, failed }: BatchProgress): readonly string[] {
  return [
    l10n.t('{0} of {1}', formatCount(filesDone), formatFiles(files)),
    l10n.t('{0} of {1}', formatBytes(bytesDone), formatBytes(bytes)),
    ...(failed === 0 ? [] : [l10n.t('{0} failed', formatCount(failed))]),
  ];
}
