import { env, l10n } from 'vscode';
import type { FailureCode, FailureRecord } from '../protocol';

/** What the user is told of a failure: what happened, to which thing, and what to do next. */
export interface FailureMessage {
  readonly what: string;
  readonly next: string | undefined;
  /** Both, as one. */
  readonly text: string;
  readonly actions: readonly FailureAction[];
}

/** What a message's button does. */
export type FailureAction =
  | 'open-folder'
  | 'retry'
  | 'compare'
  | 'choose-bucket'
  | 'choose-credentials'
  | 'open-credentials-file'
  | 'open-faulty-line'
  | 'learn-more'
  | 'open-settings'
  | 'show-log';

export function failureMessage(failure: FailureRecord): FailureMessage {
  const entry = entries[failure.code];
  const what = entry.what(failure);
  const next = entry.next?.(failure);
  const text = next === undefined ? what : `${what} ${next}`;
  return { what, next, text, actions: entry.actions };
}

/** The failure in a few words, for a row. */
export function failureText(failure: FailureRecord): string {
  return entries[failure.code].brief();
}

interface Entry {
  readonly brief: () => string;
  readonly what: (failure: FailureRecord) => string;
  readonly next?: (failure: FailureRecord) => string;
  readonly actions: readonly FailureAction[];
}

/** Texts are functions: what they say depends on the language, which is known at run time only. */
const entries: Readonly<Record<FailureCode, Entry>> = {
  'invalid-setting': {
    brief: () => l10n.t('wrong setting'),
    what: ({ subject, cause }) =>
      l10n.t('The setting “{0}” has a value that cannot be used{1}', subject, because(cause)),
    actions: ['open-settings'],
  },
  'no-target': {
    brief: () => l10n.t('no bucket chosen'),
    what: ({ subject }) => l10n.t('No bucket has been chosen for “{0}” yet.', subject),
    next: () => l10n.t('Choose one to go on.'),
    actions: ['choose-bucket'],
  },
  'no-folder': {
    brief: () => l10n.t('no folder open'),
    what: () => l10n.t('No folder is open, and S3 Backup backs up folders.'),
    next: () => l10n.t('Open one to go on.'),
    actions: ['open-folder'],
  },
  'not-in-workspace': {
    brief: () => l10n.t('not in the workspace'),
    what: ({ subject }) =>
      l10n.t(
        '{0} is in no folder of this workspace, so it has no place in a bucket.',
        quoted(subject),
      ),
    next: () => l10n.t('Add its folder to the workspace to back it up.'),
    actions: [],
  },
  'not-on-disk': {
    brief: () => l10n.t('not on a disk'),
    what: ({ subject }) =>
      l10n.t(
        '{0} is not on a disk, so there are no files that S3 Backup could read.',
        quoted(subject),
      ),
    next: () => l10n.t('Open a folder of this computer, or of the one that you are connected to.'),
    actions: ['open-folder'],
  },
  'prefix-in-use': {
    brief: () => l10n.t('place in use'),
    what: ({ subject, cause }) =>
      l10n.t('“{0}” overlaps with the backup of the folder “{1}”.', subject, cause ?? ''),
    next: () => l10n.t('Choose another place, so that their files are not mixed up.'),
    actions: ['choose-bucket', 'open-settings'],
  },
  'no-credentials': {
    brief: () => l10n.t('no credentials'),
    what: ({ cause }) =>
      l10n.t('No AWS credentials were found{0}{1}', onWhichMachine(), lookedFor(cause)),
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
    what: ({ subject }) =>
      l10n.t('{0} is neither a section nor a “name = value” that AWS’s tools can read.', subject),
    next: () => l10n.t('Mend the line, save the file and try again.'),
    actions: ['open-faulty-line', 'choose-credentials', 'retry'],
  },
  'credentials-incomplete': {
    brief: () => l10n.t('credentials incomplete'),
    what: ({ cause }) => l10n.t('Half of the AWS key pair is missing{0}', because(cause)),
    next: () => l10n.t('Add what is missing and try again.'),
    actions: ['open-credentials-file', 'choose-credentials', 'retry'],
  },
  'profile-failed': {
    brief: () => l10n.t('no credentials from profile'),
    what: ({ subject, cause }) =>
      l10n.t('The AWS profile “{0}” gave no credentials{1}', subject, because(cause)),
    actions: ['retry', 'choose-credentials', 'show-log'],
  },
  'sign-in-needed': {
    brief: () => l10n.t('sign-in needed'),
    what: ({ subject }) => l10n.t('The sign-in of the AWS profile “{0}” has expired.', subject),
    next: ({ subject }) =>
      l10n.t(
        'Run “aws sso login --profile {0}” in a terminal{1}, then try again.',
        subject,
        onWhichMachine(),
      ),
    actions: ['retry', 'choose-credentials', 'learn-more'],
  },
  'credentials-refused': {
    brief: () => l10n.t('credentials refused'),
    what: ({ subject, cause }) =>
      l10n.t('{0} does not take these credentials{1}', store(subject), because(firstLink(cause))),
    next: () => l10n.t('Check the key pair, or choose other credentials.'),
    actions: ['choose-credentials', 'open-credentials-file', 'retry'],
  },
  'credentials-expired': {
    brief: () => l10n.t('credentials expired'),
    what: ({ subject }) => l10n.t('The credentials for {0} have expired.', store(subject)),
    next: () => l10n.t('Sign in again or renew them, then try once more.'),
    actions: ['retry', 'choose-credentials', 'show-log'],
  },
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
  'access-denied': {
    brief: () => l10n.t('access denied'),
    what: ({ subject }) => l10n.t('These credentials may not do this with {0}.', quoted(subject)),
    next: () => l10n.t('Ask for the right, or choose another bucket.'),
    actions: ['choose-bucket', 'retry', 'show-log'],
  },
  'no-such-bucket': {
    brief: () => l10n.t('no such bucket'),
    what: ({ subject }) => l10n.t('There is no bucket {0}.', quoted(subject)),
    next: () => l10n.t('Choose another one.'),
    actions: ['choose-bucket', 'show-log'],
  },
  'no-such-key': {
    brief: () => l10n.t('gone from the cloud'),
    what: ({ subject }) => l10n.t('There is no cloud copy of {0}.', quoted(subject)),
    next: () => l10n.t('Compare to see what is there.'),
    actions: ['compare', 'show-log'],
  },
  'no-such-upload': {
    brief: () => l10n.t('upload forgotten by the store'),
    what: ({ subject }) => l10n.t('The store no longer knows the upload of {0}.', quoted(subject)),
    next: () => l10n.t('Back it up again.'),
    actions: ['retry', 'show-log'],
  },
  'bucket-name-taken': {
    brief: () => l10n.t('name taken'),
    what: ({ subject }) =>
      l10n.t('The bucket name {0} is taken by somebody else.', quoted(subject)),
    next: () => l10n.t('Choose another.'),
    actions: ['choose-bucket'],
  },
  'bucket-already-yours': {
    brief: () => l10n.t('bucket exists'),
    what: ({ subject }) => l10n.t('You already have a bucket {0}.', quoted(subject)),
    next: () => l10n.t('Choose it from the list.'),
    actions: ['choose-bucket'],
  },
  'invalid-bucket-name': {
    brief: () => l10n.t('no bucket name'),
    what: ({ subject }) => l10n.t('{0} cannot be the name of a bucket.', quoted(subject)),
    next: () => l10n.t('Choose another.'),
    actions: ['choose-bucket'],
  },
  'changed-in-cloud': {
    brief: () => l10n.t('changed in the cloud meanwhile'),
    what: ({ subject }) =>
      l10n.t('The cloud copy of {0} has changed since the comparison.', quoted(subject)),
    next: () => l10n.t('It was not overwritten. Compare again to see both.'),
    actions: ['compare', 'show-log'],
  },
  archived: {
    brief: () => l10n.t('archived'),
    what: ({ subject }) => l10n.t('The cloud copy of {0} is archived.', quoted(subject)),
    next: () => l10n.t('It has to be restored by the store before it can be read.'),
    actions: ['show-log'],
  },
  'too-large-to-open': {
    brief: () => l10n.t('too large to open'),
    what: ({ subject }) =>
      l10n.t('The cloud copy of {0} is too large to be opened from there.', quoted(subject)),
    next: () => l10n.t('Save it to a place on the disk, and open it there.'),
    actions: ['show-log'],
  },
  'archive-requested': {
    brief: () => l10n.t('requested from the archive'),
    what: ({ subject }) =>
      l10n.t('The store is bringing {0} back from its archive.', quoted(subject)),
    next: () => l10n.t('That takes minutes to days. Restore it again later.'),
    actions: ['show-log'],
  },
  'not-as-stored': {
    brief: () => l10n.t('damaged on the way'),
    what: ({ subject }) =>
      l10n.t('What came of {0} is not what the store says it holds.', quoted(subject)),
    next: () => l10n.t('Nothing was changed here. Restore it again.'),
    actions: ['retry', 'show-log'],
  },
  'not-verified': {
    brief: () => l10n.t('not confirmed by the store'),
    what: ({ subject }) =>
      l10n.t(
        'The store did not confirm the bytes of {0}, so it does not count as backed up.',
        quoted(subject),
      ),
    next: () => l10n.t('Back it up again.'),
    actions: ['retry', 'show-log'],
  },
  'too-large-for-store': {
    brief: () => l10n.t('too large for the store'),
    what: ({ subject }) => l10n.t('{0} is larger than the store accepts.', quoted(subject)),
    next: () => l10n.t('Ask who runs the store for its limit, or leave the file out.'),
    actions: ['open-settings', 'show-log'],
  },
  'name-refused': {
    brief: () => l10n.t('name refused by the store'),
    what: ({ subject }) => l10n.t('The store does not accept the name of {0}.', quoted(subject)),
    next: () => l10n.t('Rename the file, or change the setting “s3Backup.prefix”.'),
    actions: ['open-settings', 'show-log'],
  },
  'parts-refused': {
    brief: () => l10n.t('not put together by the store'),
    what: ({ subject }) =>
      l10n.t('The store would not put the parts of {0} together.', quoted(subject)),
    next: () => l10n.t('Back it up again; all of it is sent anew.'),
    actions: ['retry', 'show-log'],
  },
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
  'not-a-file': {
    brief: () => l10n.t('no regular file'),
    what: ({ subject }) =>
      l10n.t('{0} is no regular file, so it cannot be backed up.', quoted(subject)),
    actions: ['show-log'],
  },
  'file-changing': {
    brief: () => l10n.t('being written to'),
    what: ({ subject }) => l10n.t('{0} was written to while it was read.', quoted(subject)),
    next: () => l10n.t('Back it up again when it is at rest.'),
    actions: ['retry', 'show-log'],
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
    next: () => l10n.t('Back up the file by itself to replace the copy all the same.'),
    actions: ['show-log'],
  },
  'ignore-file-unreadable': {
    brief: () => l10n.t('ignore file not readable'),
    what: ({ subject, cause }) =>
      l10n.t(
        '{0} cannot be read, so it is not known what to leave out{1}',
        quoted(subject),
        because(cause),
      ),
    next: () => l10n.t('Mend it or remove it, then compare again.'),
    actions: ['compare', 'show-log'],
  },
  'name-not-unicode': {
    brief: () => l10n.t('name is not Unicode'),
    what: ({ subject }) =>
      l10n.t('The name of {0} is not valid Unicode, which S3 asks for.', quoted(subject)),
    next: () => l10n.t('Rename the file to back it up.'),
    actions: ['show-log'],
  },
  'key-too-long': {
    brief: () => l10n.t('path too long for S3'),
    what: ({ subject }) =>
      l10n.t(
        'The path of {0} with its prefix is longer than the 1,024 bytes that S3 takes.',
        quoted(subject),
      ),
    next: () => l10n.t('Shorten a name, or the setting “s3Backup.prefix”.'),
    actions: ['open-settings', 'show-log'],
  },
  'unsafe-name': {
    brief: () => l10n.t('no name for a file here'),
    what: ({ subject, cause }) =>
      l10n.t('{0} cannot be the name of a file here{1}', quoted(subject), because(cause)),
    next: () => l10n.t('It stays in the cloud. Another tool can fetch it under another name.'),
    actions: ['show-log'],
  },
  'in-the-way': {
    brief: () => l10n.t('something is in its place'),
    what: ({ subject, cause }) =>
      cause === undefined || cause === subject
        ? l10n.t('{0} was not restored: something else has its name here.', quoted(subject))
        : l10n.t('{0} was not restored: “{1}” is in its way.', quoted(subject), cause),
    next: () => l10n.t('Move that or rename it, then restore again.'),
    actions: ['compare', 'show-log'],
  },
  'changed-here': {
    brief: () => l10n.t('changed here meanwhile'),
    what: ({ subject, cause }) =>
      cause === undefined
        ? l10n.t('{0} has changed here since this was planned.', quoted(subject))
        : l10n.t(
            '{0} has changed here since this was planned; what was there before is “{1}” now.',
            quoted(subject),
            cause,
          ),
    next: () =>
      l10n.t('It was left as it is. Save it where it is being edited, and compare again.'),
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
    actions: ['retry', 'show-log'],
  },
  'records-not-kept': {
    brief: () => l10n.t('records not kept'),
    what: ({ subject, cause }) =>
      l10n.t(
        'S3 Backup cannot remember in {0} which files are proved to be in the cloud{1}',
        quoted(subject),
        because(firstLine(cause)),
      ),
    next: () =>
      l10n.t('No file is lost. What cannot be remembered is compared by its content again.'),
    actions: ['show-log'],
  },
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
  'engine-stopped': {
    brief: () => l10n.t('engine stopped'),
    what: ({ subject }) =>
      subject === ''
        ? l10n.t('The engine of S3 Backup stopped unexpectedly.')
        : l10n.t('The engine of S3 Backup stopped unexpectedly when {0} were done.', subject),
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
      l10n.t('S3 Backup met an error that it does not know{0}', because(firstLine(cause))),
    actions: ['retry', 'show-log'],
  },
};

/** The end of a sentence: the cause, where there is one. */
function because(cause: string | undefined): string {
  return cause === undefined || cause === '' ? '.' : `: ${cause.replace(/\.?$/, '.')}`;
}

/** What the outermost cause says; the whole chain is in the log. */
function firstLink(cause: string | undefined): string | undefined {
  return firstLine(cause)?.split(' ← ', 1)[0];
}

/** The places that hold no credentials. */
function lookedFor(places: string | undefined): string {
  return places === undefined ? '.' : l10n.t('. Looked for: {0}.', places);
}

function firstLine(cause: string | undefined): string | undefined {
  return cause?.split('\n', 1)[0];
}

function quoted(subject: string): string {
  return subject === '' ? l10n.t('the bucket') : `“${subject}”`;
}

function store(subject: string): string {
  return subject === '' ? 'S3' : subject;
}

/** Credentials are looked for where the files are, which may be another machine. */
function onWhichMachine(): string {
  return env.remoteName === undefined ? '' : l10n.t(' on the remote machine');
}
