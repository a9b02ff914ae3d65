import { Disposable, FileDecoration, l10n, MarkdownString, window, workspace } from 'vscode';
import type { Parts } from '../parts';
import { CloudCopyFiles } from './cloudCopyFiles';
import { cloudCopyScheme, readCloudCopyUri } from './cloudCopyUri';

/** Lets editors open cloud copies, and tells them apart from local files in tabs. */
export function registerCloudCopies(
  parts: Pick<Parts, 'engine' | 'profiles' | 'targets' | 'log'>,
): Disposable {
  const files = new CloudCopyFiles(parts.engine, parts, parts.log);
  return Disposable.from(
    workspace.registerFileSystemProvider(cloudCopyScheme, files, {
      isCaseSensitive: true,
      isReadonly: new MarkdownString(
        l10n.t('This is the cloud copy, which is never changed from here. Edit the local file.'),
      ),
    }),
    window.registerFileDecorationProvider({
      provideFileDecoration(uri) {
        const name = readCloudCopyUri(uri);
        if (name === undefined) return undefined;
        const tooltip =
          name.versionId === undefined ? l10n.t('Cloud copy') : l10n.t('Version of the cloud copy');
        return new FileDecoration('S3', tooltip);
      },
    }),
    files,
  );
}
