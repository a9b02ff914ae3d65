import * as protocol from '../../protocol';
import type { Backup } from '../session/engine';
import type { ServedPort } from './servedPort';

/** What is known of files, and what changes it; `disk` is for what reads the folders. */
export function serveComparisons(port: ServedPort, disk: ServedPort, backup: Backup): void {
  disk.carryOut(protocol.compare, (setups, signal) => backup.compare(setups, signal));
  port.answer(protocol.children, request => backup.children(request));
  disk.answer(protocol.differences, setup => backup.differences(setup));
  port.answer(protocol.knownCopies, request => backup.knownCopies(request));
  disk.answer(protocol.verify, (request, signal) => backup.verify(request, signal));
  disk.answer(protocol.readCloudCopies, (verificationId, signal) =>
    backup.readCloudCopies(verificationId, signal),
  );
  disk.answer(protocol.forgetLost, (request, signal) => backup.forgetLost(request, signal));
  disk.answer(protocol.conflicts, (request, signal) => backup.conflicts(request, signal));
  disk.heed(protocol.filesChanged, ({ folder, paths }) => backup.filesChanged(folder, paths));
  disk.heed(protocol.recheck, () => backup.recheck());
  port.heed(protocol.filterRows, text => {
    backup.filterRows(text);
  });
  disk.heed(protocol.settingsChanged, ({ folder, settings }) => {
    backup.settingsChanged(folder, settings);
  });
  disk.heed(protocol.forgetFolder, folder => {
    backup.forgetFolder(folder);
  });
}
