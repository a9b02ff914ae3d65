import { l10n } from 'vscode';
import type { FailureEntry } from './failureEntry';
import { because, firstLine, quoted } from './failureWords';

/** What goes wrong in this extension itself. */
export const ownFailures = {
  'records-not-kept': {
    brief: () => l10n.t('records not kept'),
    what: ({ subject, cause }) =>
      l10n.t(
        'S3 Backup cannot record in {0} which files are proved to be in the cloud{1}',
        quoted(subject),
        because(firstLine(cause)),
      ),
    next: () => l10n.t('No file is lost. Files without a record are compared by content again.'),
    actions: ['show-log'],
  },
  'not-cleared-up': {
    brief: () => l10n.t('not cleaned up'),
    what: ({ cause }) =>
      l10n.t(
        'S3 Backup cannot clean up what it left behind when it was stopped{0}',
        because(firstLine(cause)),
      ),
    next: () => l10n.t('S3 Backup tries again when the window is reloaded.'),
    actions: ['show-log'],
  },
  'engine-stopped': {
    brief: () => l10n.t('engine stopped'),
    what: ({ subject }) =>
      subject === ''
        ? l10n.t('The engine of S3 Backup stopped unexpectedly.')
        : l10n.t('The engine of S3 Backup stopped unexpectedly after {0} were done.', subject),
    next: () => l10n.t('Finished work is kept. Compare to see what is left.'),
    actions: ['compare', 'show-log'],
  },
  'plan-outdated': {
    brief: () => l10n.t('plan out of date'),
    what: () => l10n.t('The files or their target have changed since this was planned.'),
    next: () => l10n.t('Compare again.'),
    actions: ['compare', 'show-log'],
  },
  cancelled: {
    brief: () => l10n.t('cancelled'),
    what: () => l10n.t('Cancelled.'),
    actions: [],
  },
  unexpected: {
    brief: () => l10n.t('unexpected error'),
    what: ({ cause }) =>
      l10n.t('S3 Backup ran into an unexpected error{0}', because(firstLine(cause))),
    next: () => l10n.t('Try again. The log says more.'),
    actions: ['retry', 'show-log'],
  },
} satisfies Readonly<Record<string, FailureEntry>>;
