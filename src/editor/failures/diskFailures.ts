import { l10n } from 'vscode';
import type { FailureEntry } from './failureEntry';
import { because, quoted } from './failureWords';

/** What goes wrong with files on the disk. */
export const diskFailures = {
  'file-vanished': {
    brief: () => l10n.t('gone from the disk'),
    what: ({ subject }) => l10n.t('{0} is no longer on the disk.', quoted(subject)),
    next: () => l10n.t('Compare again.'),
    actions: ['compare', 'show-log'],
  },
  'not-readable': {
    brief: () => l10n.t('not readable'),
    what: ({ subject }) => l10n.t('{0} cannot be read.', quoted(subject)),
    next: () => l10n.t('Check its permissions and try again.'),
    actions: ['retry', 'show-log'],
  },
  'not-writable': {
    brief: () => l10n.t('not writable'),
    what: ({ subject }) => l10n.t('{0} cannot be written here.', quoted(subject)),
    next: () => l10n.t('Check the permissions of its folder and try again.'),
    actions: ['retry', 'show-log'],
  },
  'not-a-file': {
    brief: () => l10n.t('not a regular file'),
    what: ({ subject }) =>
      l10n.t('{0} is not a regular file, so it cannot be backed up.', quoted(subject)),
    actions: ['show-log'],
  },
  'file-changing': {
    brief: () => l10n.t('being written to'),
    what: ({ subject }) => l10n.t('{0} was being written to while it was read.', quoted(subject)),
    next: () => l10n.t('Back it up again when nothing writes to it.'),
    actions: ['retry', 'show-log'],
  },
  'wrong-size': {
    brief: () => l10n.t('holds more than its size'),
    what: ({ subject }) =>
      l10n.t(
        '{0} holds more bytes than its disk reports, as files on some virtual disks do, so it cannot be backed up.',
        quoted(subject),
      ),
    next: () => l10n.t('Copy it to another disk, and back up the copy.'),
    actions: ['show-log'],
  },
  unsaved: {
    brief: () => l10n.t('unsaved changes'),
    what: ({ subject }) => l10n.t('{0} has unsaved changes and was left out.', quoted(subject)),
    next: () => l10n.t('Save it and back it up again.'),
    actions: ['show-log'],
  },
  'empty-here': {
    brief: () => l10n.t('empty here'),
    what: ({ subject }) =>
      l10n.t('{0} is empty, and its cloud copy is not. The copy was kept.', quoted(subject)),
    next: () => l10n.t('To replace the copy anyway, back up this file on its own.'),
    actions: ['show-log'],
  },
  'skipped-by-choice': {
    brief: () => l10n.t('skipped'),
    what: ({ subject }) => l10n.t('You skipped {0}: the local file stays.', quoted(subject)),
    actions: [],
  },
  'secret-unasked': {
    brief: () => l10n.t('looks like a secret'),
    what: ({ subject }) =>
      l10n.t('{0} looks like it contains a secret and was left out.', quoted(subject)),
    next: () => l10n.t('Back it up again to decide.'),
    actions: ['show-log'],
  },
  'ignore-file-unreadable': {
    brief: () => l10n.t('ignore file not readable'),
    what: ({ subject, cause }) =>
      l10n.t(
        '{0} cannot be read, so S3 Backup can’t tell what to ignore{1}',
        quoted(subject),
        because(cause),
      ),
    next: () => l10n.t('Fix it or remove it, then compare again.'),
    actions: ['compare', 'show-log'],
  },
  'name-not-unicode': {
    brief: () => l10n.t('name is not Unicode'),
    what: ({ subject }) =>
      l10n.t('The name of {0} is not valid Unicode, which S3 requires.', quoted(subject)),
    next: () => l10n.t('Rename the file to back it up.'),
    actions: ['show-log'],
  },
  'key-too-long': {
    brief: () => l10n.t('path too long for S3'),
    what: ({ subject }) =>
      l10n.t(
        'The path of {0} with its prefix is longer than the 1,024 bytes that S3 allows.',
        quoted(subject),
      ),
    next: () => l10n.t('Shorten a name, or the setting “s3Backup.prefix”.'),
    actions: ['open-settings', 'show-log'],
  },
  'unsafe-name': {
    brief: () => l10n.t('not a file name here'),
    what: ({ subject, cause }) =>
      l10n.t('{0} cannot be the name of a file here{1}', quoted(subject), because(cause)),
    next: () => l10n.t('It stays in the cloud. Another tool can fetch it under another name.'),
    actions: ['show-log'],
  },
  'name-too-long': {
    brief: () => l10n.t('name too long for this disk'),
    what: ({ subject }) => l10n.t('The name of {0} is too long for this disk.', quoted(subject)),
    next: () => l10n.t('It stays in the cloud. Another tool can fetch it under a shorter name.'),
    actions: ['show-log'],
  },
  'in-the-way': {
    brief: () => l10n.t('something is in its place'),
    what: ({ subject, cause }) =>
      cause === undefined || cause === subject
        ? l10n.t('{0} was not restored: something else has its name here.', quoted(subject))
        : l10n.t('{0} was not restored: “{1}” is in its way.', quoted(subject), cause),
    next: () => l10n.t('Move or rename that one, then restore again.'),
    actions: ['compare', 'show-log'],
  },
  'changed-here': {
    brief: () => l10n.t('changed here meanwhile'),
    what: ({ subject, cause }) =>
      cause === undefined
        ? l10n.t('{0} has changed here since this was planned.', quoted(subject))
        : l10n.t(
            '{0} has changed here since this was planned; what was there before is now “{1}”.',
            quoted(subject),
            cause,
          ),
    next: () =>
      l10n.t('It was left as it is. Save it if it is open in an editor, then compare again.'),
    actions: ['compare', 'show-log'],
  },
  'disk-full': {
    brief: () => l10n.t('disk full'),
    what: ({ subject }) => l10n.t('The disk is full at {0}.', quoted(subject)),
    next: () => l10n.t('Make room and try again.'),
    actions: ['retry', 'show-log'],
  },
  'disk-error': {
    brief: () => l10n.t('disk error'),
    what: ({ subject, cause }) =>
      l10n.t('The disk failed at {0}{1}', quoted(subject), because(cause)),
    next: () => l10n.t('Check the disk and its connection, then try again.'),
    actions: ['retry', 'show-log'],
  },
} satisfies Readonly<Record<string, FailureEntry>>;
