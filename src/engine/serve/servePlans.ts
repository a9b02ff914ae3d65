import * as protocol from '../../protocol';
import type { Backup } from '../backup';
import type { ServedPort } from './servedPort';

/** What is to be done with files: plans, the batches that carry them out, and their reports. */
export function servePlans(port: ServedPort, backup: Backup): void {
  port.answer(protocol.planBackUp, (request, signal) => backup.plan(request, signal));
  port.answer(protocol.plannedAmong, ({ planId, paths }) => backup.plannedAmong(planId, paths));
  port.answer(protocol.emptyingFiles, planId => backup.emptyingFiles(planId));
  port.carryOut(protocol.leaveOut, left => {
    backup.leaveOut(left);
  });
  port.answer(protocol.planRestore, (request, signal) => backup.planRestore(request, signal));
  port.carryOut(protocol.chooseConflicts, choices => {
    backup.chooseConflicts(choices);
  });
  port.answer(protocol.requestArchived, (request, signal) =>
    backup.requestArchived(request, signal),
  );
  port.answer(protocol.planFreeUp, (request, signal) => backup.planFreeUp(request, signal));
  port.carryOut(protocol.chooseFreeWay, choice => {
    backup.chooseFreeWay(choice);
  });
  port.answer(protocol.runPlan, (planId, signal) => backup.run(planId, signal));
  port.heed(protocol.dropPlan, planId => {
    backup.dropPlan(planId);
  });
  port.carryOut(protocol.dropRemaining, setups => {
    backup.dropRemaining(setups);
  });
  port.answer(protocol.reportPage, request => backup.reportPage(request));
  port.heed(protocol.pause, () => {
    backup.pause();
  });
  port.heed(protocol.resume, () => {
    backup.resume();
  });
  port.heed(protocol.trafficChanged, settings => {
    backup.trafficChanged(settings);
  });
}
