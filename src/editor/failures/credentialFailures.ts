import { env, l10n } from 'vscode';
import type { FailureEntry } from './failureEntry';
import { because, firstLink, store } from './failureWords';

/** What is wrong with credentials or with their source. */
export const credentialFailures = {
  'no-credentials': {
    brief: () => l10n.t('no credentials'),
    what: () => l10n.t('No AWS credentials were found{0}.', onWhichMachine()),
    next: ({ cause }) =>
      cause === undefined
        ? l10n.t('Put keys into the credentials file, or sign in with AWS’s tools.')
        : l10n.t('Looked for: {0}.', cause),
    actions: ['choose-credentials', 'open-credentials-file', 'learn-more'],
  },
  'profile-not-found': {
    brief: () => l10n.t('profile not found'),
    what: ({ subject, cause }) =>
      l10n.t('There is no AWS profile “{0}”{1}{2}', subject, onWhichMachine(), because(cause)),
    next: () => l10n.t('Choose another one, or add it to the file.'),
    actions: ['choose-credentials', 'open-credentials-file', 'retry'],
  },
  'credentials-unreadable': {
    brief: () => l10n.t('credentials unreadable'),
    what: ({ subject, cause }) =>
      l10n.t('The credentials file {0} cannot be read{1}', subject, because(cause)),
    next: () => l10n.t('Check its permissions, then try again.'),
    actions: ['retry', 'choose-credentials', 'show-log'],
  },
  'credentials-malformed': {
    brief: () => l10n.t('credentials file is damaged'),
    what: ({ subject, cause }) =>
      l10n.t('AWS’s tools cannot read the line {0}{1}', subject, because(cause)),
    next: () => l10n.t('Fix the line, save the file and try again.'),
    actions: ['open-faulty-line', 'choose-credentials', 'retry'],
  },
  'credentials-incomplete': {
    brief: () => l10n.t('credentials incomplete'),
    // The cause is first: what is missing must be in sight where only one line is shown.
    what: ({ cause }) =>
      cause === undefined ? l10n.t('The AWS credentials are not complete.') : sentence(cause),
    next: () => l10n.t('Add what is missing and try again.'),
    actions: ['open-credentials-file', 'choose-credentials', 'retry'],
  },
  'profile-failed': {
    brief: () => l10n.t('no credentials from profile'),
    what: ({ subject, cause }) =>
      l10n.t('The AWS profile “{0}” gave no credentials{1}', subject, because(cause)),
    next: () => l10n.t('Check the profile, or choose other credentials.'),
    actions: ['retry', 'choose-credentials', 'show-log'],
  },
  'program-not-found': {
    brief: () => l10n.t('program not found'),
    what: ({ subject, cause }) =>
      l10n.t(
        'VS Code can’t find the program “{0}” that the AWS profile “{1}” names{2}.',
        cause ?? '',
        subject,
        onWhichMachine(),
      ),
    next: () => l10n.t('Put its full path on the “credential_process” line.'),
    actions: ['open-credentials-file', 'choose-credentials', 'retry'],
  },
  'program-failed': {
    brief: () => l10n.t('no credentials from program'),
    what: ({ subject, cause }) =>
      l10n.t('The AWS profile “{0}” gave no credentials{1}', subject, because(cause)),
    next: () => l10n.t('Run its credential_process in a terminal to see more.'),
    actions: ['retry', 'choose-credentials', 'show-log'],
  },
  'sign-in-needed': {
    brief: () => l10n.t('sign-in needed'),
    // A cause of the engine's own tells of a sign-in that somebody has begun.
    what: ({ subject, cause, links }) =>
      cause !== undefined && links !== undefined
        ? l10n.t('Signing in with the AWS profile “{0}” failed: {1}.', subject, cause)
        : l10n.t('The sign-in of the AWS profile “{0}” has expired.', subject),
    next: () => l10n.t('Sign in again.'),
    actions: ['sign-in', 'choose-credentials', 'learn-more'],
  },
  'mfa-code-needed': {
    brief: () => l10n.t('MFA code needed'),
    what: ({ subject, cause }) =>
      l10n.t(
        'The AWS profile “{0}” needs the code of the MFA device {1}.',
        subject,
        firstLink(cause) ?? '',
      ),
    next: () => l10n.t('Sign in and enter the code.'),
    actions: ['sign-in', 'choose-credentials'],
  },
  'credentials-refused': {
    brief: () => l10n.t('credentials refused'),
    what: ({ subject, cause }) =>
      l10n.t('{0} does not accept these credentials{1}', store(subject), because(firstLink(cause))),
    next: () => l10n.t('Check the key pair, or choose other credentials.'),
    actions: ['choose-credentials', 'open-credentials-file', 'retry'],
  },
  'credentials-expired': {
    brief: () => l10n.t('credentials expired'),
    what: ({ subject }) => l10n.t('The credentials for {0} have expired.', store(subject)),
    next: () => l10n.t('Sign in again or renew them, then try once more.'),
    actions: ['sign-in', 'choose-credentials', 'show-log'],
  },
} satisfies Readonly<Record<string, FailureEntry>>;

/** Credentials are looked for where the files are, which may be another machine. */
function onWhichMachine(): string {
  return env.remoteName === undefined ? '' : l10n.t(' on the remote machine');
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1).replace(/\.?$/, '.')}`;
}
