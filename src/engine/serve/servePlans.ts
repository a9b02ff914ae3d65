import * as protocol from '../../protocol';
import type { Backup } from '../session/engine';
import type { ServedPort } from './servedPort';

/**
 * What is to be done with files: plans, the batches that carry them out, and their reports; `disk`
 * is for what reads and changes the folders.
 */
export function servePlans(port: ServedPort, disk: ServedPort, backup: Backup): void {
  disk.answer(protocol.planBackUp, (request, signal) => backup.plan(request, signal));
  disk.answer(protocol.plannedAmong, ({ planId, paths }) => backup.plannedAmong(planId, paths));
  disk.answer(protocol.emptyingFiles, planId => backup.emptyingFiles(planId));
  disk.carryOut(protocol.leaveOut, left => {
    backup.leaveOut(left);
  });
  disk.answer(protocol.planRestore, (request, signal) => backup.planRestore(request, signal));
  disk.carryOut(protocol.chooseConflicts, choices => {
    backup.chooseConflicts(choices);
  });
  disk.answer(protocol.requestArchived, (request, signal) =>
    backup.requestArchived(request, signal),
  );
  disk.answer(protocol.planFreeUp, (request, signal) => backup.planFreeUp(request, signal));
  disk.carryOut(protocol.chooseFreeWay, choice => {
    backup.chooseFreeWay(choice);
  });
  disk.answer(protocol.runPlan, (planId, signal) => backup.run(planId, signal));
  disk.heed(protocol.dropPlan, planId => {
    backup.dropPlan(planId);
  });
  disk.carryOut(protocol.dropRemaining, setups => {
    backup.dropRemaining(setups);
  });
  port.answer(protocol.reportPage, request => backup.reportPage(request));
  disk.heed(protocol.pause, () => {
    backup.pause();
  });
  disk.heed(protocol.resume, () => {
    backup.resume();
  });
  port.heed(protocol.trafficChanged, settings => {
    backup.trafficChanged(settings);
  });
}
