import { l10n } from 'vscode';
import type { FailureEntry } from './failureEntry';
import { because, firstLink, store } from './failureWords';

/** What goes wrong between this machine and the store. */
export const networkFailures = {
  unreachable: {
    brief: () => l10n.t('not reachable'),
    what: ({ subject, cause }) =>
      l10n.t('{0} cannot be reached{1}', store(subject), because(firstLink(cause))),
    next: () => l10n.t('Check the network, and the setting “s3Backup.endpoint”.'),
    actions: ['retry', 'choose-credentials', 'show-log'],
  },
  'host-not-found': {
    brief: () => l10n.t('host not found'),
    what: ({ subject }) => l10n.t('The host of {0} is not known to the network.', store(subject)),
    next: () =>
      l10n.t('Check the connection, and the settings “s3Backup.endpoint” and “s3Backup.region”.'),
    actions: ['retry', 'choose-credentials', 'show-log'],
  },
  certificate: {
    brief: () => l10n.t('certificate not trusted'),
    what: ({ subject, cause }) =>
      l10n.t(
        'The certificate of {0} is not trusted by this computer{1}',
        store(subject),
        because(firstLink(cause)),
      ),
    next: () => l10n.t('Nothing was sent. Have its authority added to the system’s certificates.'),
    actions: ['retry', 'choose-credentials', 'show-log'],
  },
  'clock-skew': {
    brief: () => l10n.t('clock is wrong'),
    what: ({ subject }) =>
      l10n.t('{0} refuses requests because this computer’s clock is too far off.', store(subject)),
    next: () => l10n.t('Set the clock and try again.'),
    actions: ['retry', 'choose-credentials', 'show-log'],
  },
  'timed-out': {
    brief: () => l10n.t('timed out'),
    what: ({ subject }) => l10n.t('{0} did not answer in time.', store(subject)),
    next: () => l10n.t('Try again.'),
    actions: ['retry', 'choose-credentials', 'show-log'],
  },
  'store-busy': {
    brief: () => l10n.t('store busy'),
    what: ({ subject }) => l10n.t('{0} is too busy to answer.', store(subject)),
    next: () => l10n.t('Try again in a while.'),
    actions: ['retry', 'choose-credentials', 'show-log'],
  },
  'store-error': {
    brief: () => l10n.t('error in the store'),
    what: ({ subject, cause }) =>
      l10n.t('{0} answered with an error{1}', store(subject), because(cause)),
    actions: ['retry', 'choose-credentials', 'show-log'],
  },
  'not-s3': {
    brief: () => l10n.t('no S3 store'),
    what: ({ subject }) => l10n.t('{0} answers, but not as an S3 store does.', store(subject)),
    next: () => l10n.t('Check the setting “s3Backup.endpoint”.'),
    actions: ['open-settings', 'retry', 'show-log'],
  },
} satisfies Readonly<Record<string, FailureEntry>>;
