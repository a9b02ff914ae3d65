import * as protocol from '../../protocol';
import type { Backup } from '../backup';
import type { ServedPort } from './servedPort';

/** What is known of files, and what changes it. */
export function serveComparisons(port: ServedPort, backup: Backup): void {
  port.carryOut(protocol.compare, (setups, signal) => backup.compare(setups, signal));
  port.answer(protocol.children, request => backup.children(request));
  port.answer(protocol.differences, setup => backup.differences(setup));
  port.answer(protocol.knownCopies, request => backup.knownCopies(request));
  port.answer(protocol.verify, (request, signal) => backup.verify(request, signal));
  port.answer(protocol.readCloudCopies, (verificationId, signal) =>
    backup.readCloudCopies(verificationId, signal),
  );
  port.answer(protocol.forgetLost, (request, signal) => backup.forgetLost(request, signal));
  port.answer(protocol.conflicts, (request, signal) => backup.conflicts(request, signal));
  port.heed(protocol.filesChanged, ({ folder, paths }) => backup.filesChanged(folder, paths));
  port.heed(protocol.recheck, () => backup.recheck());
  port.heed(protocol.filterRows, text => {
    backup.filterRows(text);
  });
  port.heed(protocol.settingsChanged, ({ folder, settings }) => {
    backup.settingsChanged(folder, settings);
  });
  port.heed(protocol.forgetFolder, folder => {
    backup.forgetFolder(folder);
  });
}
