import { l10n } from 'vscode';
import type { FailureEntry } from './failureEntry';
import { because, quoted } from './failureWords';

/** Why a folder has no place of its own in a bucket. */
export const targetFailures = {
  'invalid-setting': {
    brief: () => l10n.t('wrong setting'),
    what: ({ subject, cause }) =>
      l10n.t('The setting “{0}” has a value that cannot be used{1}', subject, because(cause)),
    next: () => l10n.t('Correct it in the settings.'),
    actions: ['open-settings'],
  },
  'no-target': {
    brief: () => l10n.t('no bucket chosen'),
    what: ({ subject }) => l10n.t('No bucket has been chosen for “{0}” yet.', subject),
    next: () => l10n.t('Choose one to continue.'),
    actions: ['choose-bucket'],
  },
  'no-folder': {
    brief: () => l10n.t('no folder open'),
    what: () => l10n.t('No folder is open, and S3 Backup backs up folders.'),
    next: () => l10n.t('Open one to continue.'),
    actions: ['open-folder'],
  },
  'not-in-workspace': {
    brief: () => l10n.t('not in the workspace'),
    what: ({ subject }) =>
      l10n.t(
        '{0} is not in a folder of this workspace, so it has no place in a bucket.',
        quoted(subject),
      ),
    next: () => l10n.t('Add its folder to the workspace to back it up.'),
    actions: [],
  },
  'not-on-disk': {
    brief: () => l10n.t('not on a disk'),
    what: ({ subject }) => l10n.t('{0} is not on a disk that S3 Backup can read.', quoted(subject)),
    next: () => l10n.t('Open a folder on this computer, or on the one you are connected to.'),
    actions: ['open-folder'],
  },
  'prefix-in-use': {
    brief: () => l10n.t('place in use'),
    what: ({ subject, cause }) =>
      l10n.t('“{0}” overlaps with the backup of the folder “{1}”.', subject, cause ?? ''),
    next: () => l10n.t('Choose another place, so that their files are not mixed up.'),
    actions: ['choose-bucket', 'open-settings'],
  },
} satisfies Readonly<Record<string, FailureEntry>>;
