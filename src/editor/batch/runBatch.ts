import { l10n } from 'vscode';
import { runPlan } from '../../protocol/plans';
import type { Report } from '../../protocol/reports';
import { showBatch, type BatchToRun } from './batchProgress';
import type { EngineClient } from '../client/engineClient';
import { Failed } from '../failures/failed';
import type { Ongoing } from '../client/ongoing';
import { formatCount, formatFiles } from '../format/quantity';

/**
 * Runs a plan, shown to whoever waits for it. Where the engine dies in the middle, the failure says
 * how many files had arrived by then: an engine that is gone cannot report.
 */
export function runBatch(
  { engine, ongoing }: { readonly engine: EngineClient; readonly ongoing: Ongoing },
  batch: BatchToRun,
): Promise<Report> {
  const { planId, files } = batch;
  return ongoing.run(async (token, cancel) => {
    let done = 0;
    const listening = engine.onDidChangeState(state => {
      if (state.kind !== 'transferring' && state.kind !== 'paused') return;
      const progress = state.batches.find(candidate => candidate.planId === planId);
      if (progress !== undefined) ({ done } = progress);
    });
    try {
      const running = engine.request(runPlan, planId, token);
      // A single file's row shows all there is to see.
      if (files > 1) showBatch(engine, batch, running, cancel);
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
