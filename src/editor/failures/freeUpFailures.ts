import { l10n } from 'vscode';
import type { FailureEntry } from './failureEntry';
import { because, firstLink, quoted } from './failureWords';

/** Why a file stays that was to be freed. */
export const freeUpFailures = {
  'not-proved': {
    brief: () => l10n.t('not proved'),
    what: ({ subject }) =>
      l10n.t(
        'Nothing proves that {0} can be had back from the cloud, so it stays.',
        quoted(subject),
      ),
    next: () => l10n.t('Compare again, or back it up.'),
    actions: ['compare', 'show-log'],
  },
  'differs-here': {
    brief: () => l10n.t('changed meanwhile'),
    what: ({ subject }) =>
      l10n.t('{0} is not, or no longer, what was backed up, so it stays.', quoted(subject)),
    next: () => l10n.t('Back it up first.'),
    actions: ['compare', 'show-log'],
  },
  'copy-differs': {
    brief: () => l10n.t('changed in the cloud'),
    what: ({ subject }) =>
      l10n.t(
        'The cloud copy of {0} is not the one that was proved, so the file stays.',
        quoted(subject),
      ),
    next: () => l10n.t('Compare again to see both.'),
    actions: ['compare', 'show-log'],
  },
  'copy-expires': {
    brief: () => l10n.t('cloud copy expires'),
    what: ({ subject, cause }) =>
      l10n.t(
        'A rule of the bucket removes the cloud copy of {0} on {1}, so the file stays.',
        quoted(subject),
        cause ?? '',
      ),
    next: () => l10n.t('Ask who runs the bucket to change the rule.'),
    actions: ['show-log'],
  },
  'hard-link': {
    brief: () => l10n.t('has another name'),
    what: ({ subject }) =>
      l10n.t(
        '{0} has another name on this disk (a hard link): removing one of them frees nothing.',
        quoted(subject),
      ),
    actions: ['show-log'],
  },
  'not-trashed': {
    brief: () => l10n.t('not moved to the trash'),
    what: ({ subject }) => l10n.t('{0} could not be moved to the trash.', quoted(subject)),
    next: () => l10n.t('It is still there.'),
    actions: ['show-log'],
  },
  'not-removable': {
    brief: () => l10n.t('cannot be removed'),
    what: ({ subject, cause }) =>
      l10n.t('{0} cannot be removed{1}', quoted(subject), because(firstLink(cause))),
    next: () => l10n.t('Check the permissions of its folder, and whether a program has it open.'),
    actions: ['retry', 'show-log'],
  },
  'kept-beside': {
    brief: () => l10n.t('kept under another name'),
    what: ({ subject, cause }) =>
      l10n.t(
        'Another file took the place of {0} while it was examined. Nothing is lost: it is “{1}” now.',
        quoted(subject),
        cause ?? '',
      ),
    next: () => l10n.t('Compare again to see both.'),
    actions: ['compare', 'show-log'],
  },
  'not-put-back': {
    brief: () => l10n.t('set aside'),
    what: ({ subject, cause }) =>
      l10n.t(
        '{0} was set aside, and could not be given its name back. It is called “{1}” for now.',
        quoted(subject),
        firstLink(cause) ?? '',
      ),
    next: () => l10n.t('S3 Backup tries again when the window is reloaded.'),
    actions: ['show-log'],
  },
} satisfies Readonly<Record<string, FailureEntry>>;
