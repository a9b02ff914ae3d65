import * as freeUpMessages from '../../protocol/freeUp';
import * as planMessages from '../../protocol/plans';
import * as reportMessages from '../../protocol/reports';
import * as restoreMessages from '../../protocol/restore';
import type { Engine } from '../session/engine';
import type { ServedPort } from './servedPort';

/**
 * What is to be done with files: plans, the batches that carry them out, and their reports; `disk`
 * is for what reads and changes the folders.
 */
export function servePlans(port: ServedPort, disk: ServedPort, backup: Engine): void {
  disk.onRequest(planMessages.planBackUp, (request, signal) => backup.plan(request, signal));
  disk.onRequest(planMessages.plannedAmong, ({ planId, paths }) =>
    backup.plannedAmong(planId, paths),
  );
  disk.onRequest(planMessages.filesThatWouldEmpty, planId => backup.emptyingFiles(planId));
  disk.onCommand(planMessages.leaveOut, left => {
    backup.leaveOut(left);
  });
  disk.onRequest(restoreMessages.planRestore, (request, signal) =>
    backup.planRestore(request, signal),
  );
  disk.onCommand(restoreMessages.chooseConflicts, choices => {
    backup.chooseConflicts(choices);
  });
  disk.onRequest(restoreMessages.requestArchived, (request, signal) =>
    backup.requestArchived(request, signal),
  );
  disk.onRequest(freeUpMessages.planFreeUp, (request, signal) =>
    backup.planFreeUp(request, signal),
  );
  disk.onCommand(freeUpMessages.chooseFreeUpMethod, choice => {
    backup.chooseFreeWay(choice);
  });
  disk.onRequest(planMessages.runPlan, (planId, signal) => backup.run(planId, signal));
  disk.onNotification(planMessages.dropPlan, planId => {
    backup.dropPlan(planId);
  });
  disk.onCommand(planMessages.dropUnfinished, setups => {
    backup.dropRemaining(setups);
  });
  port.onRequest(reportMessages.reportPage, request => backup.reportPage(request));
  disk.onNotification(planMessages.pause, () => {
    backup.pause();
  });
  disk.onNotification(planMessages.resume, () => {
    backup.resume();
  });
  port.onNotification(planMessages.trafficChanged, settings => {
    backup.trafficChanged(settings);
  });
}
