import { l10n, window, type Disposable, type Event, type LogOutputChannel } from 'vscode';
import type { FailureRecord } from '../../protocol/failures';
import { plainText } from '../format/plainText';
import { failureMessage } from './failureMessage';

interface EngineWarningsDeps {
  readonly log: LogOutputChannel;
  readonly engine: { readonly onDidWarn: Event<FailureRecord> };
}

/** Shows failures of the engine that belong to no request; each code once in a window. */
export function showEngineWarnings({ log, engine }: EngineWarningsDeps): Disposable {
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
