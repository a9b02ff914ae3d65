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
export function servePlans(port: ServedPort, disk: ServedPort, engine: Engine): void {
  const planned = engine.plannedBackUps;
  disk.onRequest(planMessages.planBackUp, (request, signal) => engine.planBackUp(request, signal));
  disk.onRequest(planMessages.upToDateAmong, (request, signal) =>
    engine.upToDateAmong(request, signal),
  );
  disk.onRequest(planMessages.plannedAmong, ({ planId, paths }) => planned.among(planId, paths));
  disk.onRequest(planMessages.filesThatWouldEmpty, planId => planned.thatWouldEmpty(planId));
  disk.onRequest(planMessages.unaskedSecrets, planId => planned.unaskedSecrets(planId));
  disk.onCommand(planMessages.allowSecrets, allowed => {
    planned.allowSecrets(allowed);
  });
  disk.onRequest(planMessages.takeOut, (taken, signal) => planned.takeOut(taken, signal));
  disk.onRequest(planMessages.takeOutQuestions, (planId, signal) =>
    planned.takeOutQuestions(planId, signal),
  );
  disk.onCommand(planMessages.leaveOut, left => {
    planned.leaveOut(left);
  });
  disk.onRequest(restoreMessages.planRestore, (request, signal) =>
    engine.planRestore(request, signal),
  );
  disk.onCommand(restoreMessages.chooseConflicts, choices => {
    engine.chooseConflicts(choices);
  });
  disk.onRequest(restoreMessages.requestArchived, (request, signal) =>
    engine.requestArchived(request, signal),
  );
  disk.onRequest(freeUpMessages.planFreeUp, (request, signal) =>
    engine.planFreeUp(request, signal),
  );
  disk.onCommand(freeUpMessages.chooseFreeUpMethod, choice => {
    engine.chooseFreeUpMethod(choice);
  });
  disk.onRequest(planMessages.runPlan, (planId, signal) => engine.run(planId, signal));
  disk.onNotification(planMessages.dropPlan, planId => {
    engine.dropPlan(planId);
  });
  disk.onCommand(planMessages.dropUnfinished, setups => {
    engine.dropUnfinished(setups);
  });
  port.onRequest(reportMessages.reportPage, request => engine.reportPage(request));
  disk.onNotification(planMessages.pause, () => {
    engine.pause();
  });
  disk.onNotification(planMessages.resume, () => {
    engine.resume();
  });
  port.onNotification(planMessages.trafficChanged, settings => {
    engine.trafficChanged(settings);
  });
}
