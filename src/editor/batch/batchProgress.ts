import { l10n } from 'vscode';
import type { Work } from '../../protocol/rows';
import type { BatchProgress, PauseReason } from '../../protocol/state';
import type { EngineClient } from '../client/engineClient';
import { pauseText } from '../view/pauseText';
import { formatDuration } from '../format/pointInTime';
import { formatBytes, formatCount, formatFiles } from '../format/quantity';
import { withDelayedProgress } from '../withDelayedProgress';
import { batchTitle } from '../view/workWords';

/** A plan that is about to run. */
export interface BatchToRun {
  readonly work: Work;
  readonly planId: number;
  readonly files: number;
}

/**
 * Shows a running batch as a notification with counts, bytes and *Cancel*, unless it is done
 * before anybody could read it.
 */
export function showBatch(
  engine: EngineClient,
  { planId, work }: BatchToRun,
  running: Promise<unknown>,
  cancel: () => void,
): void {
  withDelayedProgress(batchTitle(work), running, cancel, () => {
    const { state } = engine;
    if (state.kind !== 'transferring' && state.kind !== 'paused') return undefined;
    const batch = state.batches.find(candidate => candidate.planId === planId);
    if (batch === undefined) return undefined;
    const message = state.kind === 'paused' ? pausedText(batch, state.why) : batchText(batch);
    return { message, percent: percent(batch) };
  });
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
  const { bytesPerSecond, secondsLeft } = batch;
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
