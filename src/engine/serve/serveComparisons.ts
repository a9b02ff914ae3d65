import * as cloudCopyMessages from '../../protocol/cloudCopies';
import * as comparisonMessages from '../../protocol/comparisons';
import * as folderMessages from '../../protocol/folders';
import * as overviewMessages from '../../protocol/overview';
import * as planMessages from '../../protocol/plans';
import * as rowMessages from '../../protocol/rows';
import * as safetyMessages from '../../protocol/safety';
import * as verifyMessages from '../../protocol/verify';
import type { Engine } from '../session/engine';
import type { ServedPort } from './servedPort';

/** What is known of files, and what changes it; `disk` is for what reads the folders. */
export function serveComparisons(port: ServedPort, disk: ServedPort, engine: Engine): void {
  disk.onCommand(comparisonMessages.compare, (setups, signal) => engine.compare(setups, signal));
  port.onRequest(rowMessages.children, request => engine.children(request));
  port.onRequest(overviewMessages.overview, request => engine.overview(request));
  disk.onRequest(planMessages.differences, (setup, signal) => engine.differences(setup, signal));
  port.onRequest(cloudCopyMessages.knownCopies, request => engine.knownCopies(request));
  port.onRequest(safetyMessages.safety, request => engine.safety(request));
  disk.onRequest(verifyMessages.verify, (request, signal) => engine.verify(request, signal));
  disk.onRequest(verifyMessages.readCloudCopies, (verificationId, signal) =>
    engine.readCloudCopies(verificationId, signal),
  );
  disk.onRequest(planMessages.forgetLost, (request, signal) => engine.forgetLost(request, signal));
  disk.onRequest(planMessages.conflicts, (request, signal) => engine.conflicts(request, signal));
  disk.onNotification(comparisonMessages.filesChanged, ({ folder, paths }) =>
    engine.filesChanged(folder, paths),
  );
  disk.onNotification(comparisonMessages.recheck, () => engine.recheck());
  port.onNotification(comparisonMessages.stopProving, () => {
    engine.stopProving();
  });
  port.onNotification(comparisonMessages.attend, attention => {
    engine.attend(attention);
  });
  port.onCommand(rowMessages.filterRows, text => {
    engine.filterRows(text);
  });
  disk.onNotification(comparisonMessages.settingsChanged, ({ folder, settings }) => {
    engine.settingsChanged(folder, settings);
  });
  disk.onRequest(folderMessages.forgetRecords, setup => engine.forgetRecords(setup));
  disk.onNotification(comparisonMessages.forgetFolder, folder => {
    engine.forgetFolder(folder);
  });
}
