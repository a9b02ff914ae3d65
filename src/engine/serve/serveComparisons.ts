import * as cloudCopyMessages from '../../protocol/cloudCopies';
import * as comparisonMessages from '../../protocol/comparisons';
import * as planMessages from '../../protocol/plans';
import * as rowMessages from '../../protocol/rows';
import * as verifyMessages from '../../protocol/verify';
import type { Backup } from '../session/engine';
import type { ServedPort } from './servedPort';

/** What is known of files, and what changes it; `disk` is for what reads the folders. */
export function serveComparisons(port: ServedPort, disk: ServedPort, backup: Backup): void {
  disk.carryOut(comparisonMessages.compare, (setups, signal) => backup.compare(setups, signal));
  port.answer(rowMessages.children, request => backup.children(request));
  disk.answer(planMessages.differences, setup => backup.differences(setup));
  port.answer(cloudCopyMessages.knownCopies, request => backup.knownCopies(request));
  disk.answer(verifyMessages.verify, (request, signal) => backup.verify(request, signal));
  disk.answer(verifyMessages.readCloudCopies, (verificationId, signal) =>
    backup.readCloudCopies(verificationId, signal),
  );
  disk.answer(planMessages.forgetLost, (request, signal) => backup.forgetLost(request, signal));
  disk.answer(planMessages.conflicts, (request, signal) => backup.conflicts(request, signal));
  disk.heed(comparisonMessages.filesChanged, ({ folder, paths }) =>
    backup.filesChanged(folder, paths),
  );
  disk.heed(comparisonMessages.recheck, () => backup.recheck());
  port.heed(rowMessages.filterRows, text => {
    backup.filterRows(text);
  });
  disk.heed(comparisonMessages.settingsChanged, ({ folder, settings }) => {
    backup.settingsChanged(folder, settings);
  });
  disk.heed(comparisonMessages.forgetFolder, folder => {
    backup.forgetFolder(folder);
  });
}
