import {
  commands,
  env,
  Position,
  Range,
  Uri,
  window,
  workspace,
  type LogOutputChannel,
} from 'vscode';
import type { FailureRecord } from '../../protocol/failures';
import { section } from '../contributions/manifest';
import { openSetting, setConnection } from '../contributions/settings';
import { runCommand } from '../contributions/runCommand';
import { plainText } from '../format/plainText';
import { toFailureRecord, failureLine } from './failed';
import { actionTitle } from './failureEntry';
import { failureMessage } from './failureMessage';
import { meantEndpoint } from './failureWords';
import { networkFailures } from './networkFailures';

export interface ShowFailureDeps {
  readonly log: LogOutputChannel;
  readonly view: {
    /** Whether the user sees in the view that this has failed. */
    shows(failure: FailureRecord): boolean;
  };
}

/**
 * Shows a failure as one message with buttons, and logs it. A cancellation is silent. VS Code keeps
 * an error with buttons until somebody closes it and lets a warning go by itself. So what the view
 * shows, and takes back when all is well again, is a warning.
 */
export async function showFailure(
  { log, view }: ShowFailureDeps,
  thrown: unknown,
  retry: () => void,
): Promise<void> {
  const failure = toFailureRecord(thrown);
  if (failure.code === 'cancelled') return;
  log.error(failureLine(failure));
  const { text, actions } = failureMessage(failure);
  const buttons = actions.map(action => ({ title: actionTitle(action, failure), action }));
  const chosen = view.shows(failure)
    ? await window.showWarningMessage(plainText(text), ...buttons)
    : await window.showErrorMessage(plainText(text), ...buttons);
  switch (chosen?.action) {
    case 'retry':
      retry();
      break;
    case 'compare':
      await runCommand('s3Backup.compare');
      break;
    case 'open-folder':
      await commands.executeCommand('vscode.openFolder');
      break;
    case 'choose-bucket':
      await runCommand('s3Backup.chooseBucket');
      break;
    case 'choose-credentials':
      await runCommand('s3Backup.chooseProfile');
      break;
    case 'sign-in':
      await runCommand('s3Backup.signIn');
      break;
    case 'open-credentials-file':
      await runCommand('s3Backup.openCredentialsFile');
      break;
    case 'open-faulty-line':
      await openFaultyLine(failure.subject);
      break;
    case 'learn-more':
      await env.openExternal(Uri.parse(credentialsGuide));
      break;
    case 'open-settings':
      await openSetting(settingOf(failure));
      break;
    case 'change-endpoint':
      await runCommand('s3Backup.chooseStore');
      break;
    case 'use-endpoint':
      await setConnection({ endpoint: meantEndpoint(failure.cause) });
      retry();
      break;
    case 'show-log':
      log.show();
      break;
    case undefined:
      break;
  }
}

/** The setting to look at first. */
function settingOf({ code, subject }: FailureRecord): string {
  switch (code) {
    case 'invalid-setting':
      return subject;
    case 'proxy-unreachable':
    case 'proxy-authorization':
    case 'only-vscode-reaches':
      return 'http.proxy';
    case 'proxy-refused':
      return 'http.noProxy';
    case 'wrong-region':
      return `${section}.region`;
    default:
      return code in networkFailures ? `${section}.endpoint` : section;
  }
}

/** How AWS explains setting up credentials. */
const credentialsGuide =
  'https://docs.aws.amazon.com/cli/latest/userguide/cli-chap-authentication.html';

/** Opens a place that a failure names as `path:line`. */
async function openFaultyLine(place: string): Promise<void> {
  const [, path = place, line = '1'] = /^(.*):(\d+)$/.exec(place) ?? [];
  const at = new Position(Number(line) - 1, 0);
  const document = await workspace.openTextDocument(Uri.file(path));
  await window.showTextDocument(document, { preview: false, selection: new Range(at, at) });
}
