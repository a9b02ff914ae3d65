import { l10n, window, type Disposable, type LogOutputChannel } from 'vscode';
import type { FailureRecord } from '../../protocol/failures';
import type { EngineClient } from './engineClient';
import { failureMessage } from '../failures/failureMessage';
import { plainText } from '../format/plainText';

/** Shows what fails in the engine without having been asked for; each thing once in a window. */
export function showEngineWarnings(engine: EngineClient, log: LogOutputChannel): Disposable {
  const shown = new Set<string>();

  async function show(failure: FailureRecord): Promise<void> {
    if (shown.has(failure.code)) return;
    shown.add(failure.code);
    const showLog = l10n.t('Show Log');
    const chosen = await window.showWarningMessage(
      plainText(failureMessage(failure).text),
      showLog,
    );
    if (chosen === showLog) log.show();
  }

  return engine.onDidWarn(failure => void show(failure));
}
