import { Disposable, l10n, MarkdownString, workspace } from 'vscode';
import type { Services } from '../services';
import { CloudCopyFiles } from './cloudCopyFiles';
import { cloudCopyScheme } from './cloudCopyUri';

/** Lets editors open cloud copies. */
export function registerCloudCopies(
  parts: Pick<Services, 'engine' | 'profiles' | 'targets' | 'log'>,
): Disposable {
  const files = new CloudCopyFiles(parts.engine, parts, parts.log);
  const registered = workspace.registerFileSystemProvider(cloudCopyScheme, files, {
    isCaseSensitive: true,
    isReadonly: new MarkdownString(
      l10n.t('This is the cloud copy, which is never changed from here. Edit the local file.'),
    ),
  });
  return Disposable.from(registered, files);
}
