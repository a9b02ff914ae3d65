import { l10n } from 'vscode';
import type { FailureEntry } from './failureEntry';
import { because, firstLink, quoted } from './failureWords';

/** Why a file is kept that was to be freed. */
export const freeUpFailures = {
  'not-proved': {
    brief: () => l10n.t('not proved'),
    what: ({ subject }) =>
      l10n.t(
        'Nothing proves that {0} could be restored from the cloud, so it stays.',
        quoted(subject),
      ),
    next: () => l10n.t('Compare again, or back it up.'),
    actions: ['compare', 'show-log'],
  },
  'differs-here': {
    brief: () => l10n.t('changed meanwhile'),
    what: ({ subject }) => l10n.t('{0} is not what was backed up, so it stays.', quoted(subject)),
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
  'copy-damaged': {
    brief: () => l10n.t('cloud copy damaged'),
    what: ({ subject }) =>
      l10n.t(
        'The store returns something else for {0} than was backed up, so the file stays.',
        quoted(subject),
      ),
    next: () =>
      l10n.t('Tell whoever runs the store, and keep the local file: its cloud copy is damaged.'),
    actions: ['show-log'],
  },
  'copy-unreadable': {
    brief: () => l10n.t('cloud copy not readable'),
    what: ({ subject, cause }) =>
      l10n.t(
        'The store has a copy of {0} but does not return its bytes, so the file stays{1}',
        quoted(subject),
        because(firstLink(cause)),
      ),
    next: () => l10n.t('Check that these credentials may read it.'),
    actions: ['show-log'],
  },
  'not-listed': {
    brief: () => l10n.t('not listed by the store'),
    what: ({ subject }) =>
      l10n.t(
        'The store has a copy of {0} but does not list it. Another computer would not find it, so the file stays here.',
        quoted(subject),
      ),
    next: () => l10n.t('Rename the file and back it up again, or use another store.'),
    actions: ['show-log'],
  },
  'attributes-differ': {
    brief: () => l10n.t('other time or permissions'),
    what: ({ subject }) =>
      l10n.t(
        'The cloud copy of {0} does not carry the time and permissions that the file has here, so the file stays.',
        quoted(subject),
      ),
    next: () =>
      l10n.t('Free up its space again and choose “Free Them Anyway…” to do without them.'),
    actions: ['show-log'],
  },
  'proof-expired': {
    brief: () => l10n.t('checked too long ago'),
    what: ({ subject }) =>
      l10n.t('Too much time passed after {0} was checked, so the file stays.', quoted(subject)),
    next: () => l10n.t('Free up its space again.'),
    actions: ['show-log'],
  },
  'only-open': {
    brief: () => l10n.t('no room to put it back'),
    what: ({ subject }) =>
      l10n.t(
        '{0} was changed as it was removed, and the disk is too full to put it back.',
        quoted(subject),
      ),
    next: () => l10n.t('The report says where to copy it from before this window closes.'),
    detail: ({ cause }) =>
      l10n.t('Its content is at “{0}” as long as this window is open.', firstLink(cause) ?? ''),
    actions: ['show-log'],
  },
  'copy-expires': {
    brief: () => l10n.t('cloud copy expires'),
    what: ({ subject, cause }) =>
      l10n.t(
        'A rule of the bucket removes the cloud copy of {0} on {1}, so the file stays.',
        quoted(subject),
        cause ?? '',
      ),
    next: () => l10n.t('Ask whoever runs the bucket to change the rule.'),
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
        'Another file took the place of {0} while it was checked. Nothing is lost: it is now “{1}”.',
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
        '{0} was set aside and could not be renamed back. For now it is called “{1}”.',
        quoted(subject),
        firstLink(cause) ?? '',
      ),
    next: () => l10n.t('S3 Backup tries again when the window is reloaded.'),
    actions: ['show-log'],
  },
} satisfies Readonly<Record<string, FailureEntry>>;
