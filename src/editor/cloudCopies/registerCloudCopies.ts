import { Disposable, l10n, MarkdownString, workspace, type LogOutputChannel } from 'vscode';
import { CloudCopyFiles } from './cloudCopyFiles';
import { cloudCopyScheme } from './cloudCopyUri';
import type { FolderSetupDeps } from '../targets/folderSetup';
import type { EngineClient } from '../client/engineClient';

interface RegisterCloudCopiesDeps extends FolderSetupDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
}

/** Lets editors open cloud copies. */
export function registerCloudCopies(deps: RegisterCloudCopiesDeps): Disposable {
  const files = new CloudCopyFiles(deps.engine, deps, deps.log);
  const registered = workspace.registerFileSystemProvider(cloudCopyScheme, files, {
    isCaseSensitive: true,
    isReadonly: new MarkdownString(
      l10n.t('This is the cloud copy, which is never changed from here. Edit the local file.'),
    ),
  });
  return Disposable.from(registered, files);
}
