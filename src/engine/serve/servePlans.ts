import * as freeUpMessages from '../../protocol/freeUp';
import * as planMessages from '../../protocol/plans';
import * as reportMessages from '../../protocol/reports';
import * as restoreMessages from '../../protocol/restore';
import type { Backup } from '../session/engine';
import type { ServedPort } from './servedPort';

/**
 * What is to be done with files: plans, the batches that carry them out, and their reports; `disk`
 * is for what reads and changes the folders.
 */
export function servePlans(port: ServedPort, disk: ServedPort, backup: Backup): void {
  disk.answer(planMessages.planBackUp, (request, signal) => backup.plan(request, signal));
  disk.answer(planMessages.plannedAmong, ({ planId, paths }) => backup.plannedAmong(planId, paths));
  disk.answer(planMessages.emptyingFiles, planId => backup.emptyingFiles(planId));
  disk.carryOut(planMessages.leaveOut, left => {
    backup.leaveOut(left);
  });
  disk.answer(restoreMessages.planRestore, (request, signal) =>
    backup.planRestore(request, signal),
  );
  disk.carryOut(restoreMessages.chooseConflicts, choices => {
    backup.chooseConflicts(choices);
  });
  disk.answer(restoreMessages.requestArchived, (request, signal) =>
    backup.requestArchived(request, signal),
  );
  disk.answer(freeUpMessages.planFreeUp, (request, signal) => backup.planFreeUp(request, signal));
  disk.carryOut(freeUpMessages.chooseFreeWay, choice => {
    backup.chooseFreeWay(choice);
  });
  disk.answer(planMessages.runPlan, (planId, signal) => backup.run(planId, signal));
  disk.heed(planMessages.dropPlan, planId => {
    backup.dropPlan(planId);
  });
  disk.carryOut(planMessages.dropRemaining, setups => {
    backup.dropRemaining(setups);
  });
  port.answer(reportMessages.reportPage, request => backup.reportPage(request));
  disk.heed(planMessages.pause, () => {
    backup.pause();
  });
  disk.heed(planMessages.resume, () => {
    backup.resume();
  });
  port.heed(planMessages.trafficChanged, settings => {
    backup.trafficChanged(settings);
  });
}
