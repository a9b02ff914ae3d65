import * as cloudCopyMessages from '../../protocol/cloudCopies';
import * as comparisonMessages from '../../protocol/comparisons';
import * as planMessages from '../../protocol/plans';
import * as rowMessages from '../../protocol/rows';
import * as verifyMessages from '../../protocol/verify';
import type { Engine } from '../session/engine';
import type { ServedPort } from './servedPort';

/** What is known of files, and what changes it; `disk` is for what reads the folders. */
export function serveComparisons(port: ServedPort, disk: ServedPort, backup: Engine): void {
  disk.onCommand(comparisonMessages.compare, (setups, signal) => backup.compare(setups, signal));
  port.onRequest(rowMessages.children, request => backup.children(request));
  disk.onRequest(planMessages.differences, setup => backup.differences(setup));
  port.onRequest(cloudCopyMessages.knownCopies, request => backup.knownCopies(request));
  disk.onRequest(verifyMessages.verify, (request, signal) => backup.verify(request, signal));
  disk.onRequest(verifyMessages.readCloudCopies, (verificationId, signal) =>
    backup.readCloudCopies(verificationId, signal),
  );
  disk.onRequest(planMessages.forgetLost, (request, signal) => backup.forgetLost(request, signal));
  disk.onRequest(planMessages.conflicts, (request, signal) => backup.conflicts(request, signal));
  disk.onNotification(comparisonMessages.filesChanged, ({ folder, paths }) =>
    backup.filesChanged(folder, paths),
  );
  disk.onNotification(comparisonMessages.recheck, () => backup.recheck());
  port.onNotification(rowMessages.filterRows, text => {
    backup.filterRows(text);
  });
  disk.onNotification(comparisonMessages.settingsChanged, ({ folder, settings }) => {
    backup.settingsChanged(folder, settings);
  });
  disk.onNotification(comparisonMessages.forgetFolder, folder => {
    backup.forgetFolder(folder);
  });
}
