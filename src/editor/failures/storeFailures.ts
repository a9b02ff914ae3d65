import { l10n } from 'vscode';
import type { FailureEntry } from './failureEntry';
import { because, firstLink, quoted } from './failureWords';

/** What the store answers to a request. */
export const storeFailures = {
  'access-denied': {
    brief: ({ cause }) => {
      const right = missingRight(cause);
      return right === undefined ? l10n.t('access denied') : l10n.t('lacks {0}', right);
    },
    what: ({ subject, cause }) => {
      const right = missingRight(cause);
      return right === undefined
        ? l10n.t('These credentials may not do this with {0}.', quoted(subject))
        : l10n.t('These credentials lack the right {0} for {1}.', right, quoted(subject));
    },
    next: () => l10n.t('Ask for the right, or choose another bucket.'),
    actions: ['choose-bucket', 'retry', 'show-log'],
  },
  'read-denied': {
    brief: () => l10n.t('may not be read'),
    what: ({ subject }) =>
      l10n.t(
        'These credentials may not read {0}, so S3 Backup cannot tell what would be replaced there.',
        quoted(subject),
      ),
    next: () => l10n.t('Ask for the rights s3:GetObject and s3:ListBucket.'),
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
      l10n.t('The bucket name {0} is already taken by someone else.', quoted(subject)),
    next: () => l10n.t('Choose another.'),
    actions: ['choose-bucket'],
  },
  'bucket-not-seen': {
    brief: () => l10n.t('name may be taken'),
    what: ({ subject }) =>
      l10n.t(
        'These credentials can’t tell whether the bucket {0} exists: it may belong to someone else, or they may not see or create buckets.',
        quoted(subject),
      ),
    next: () =>
      l10n.t(
        'Try another name. If that is refused, too, ask for the rights s3:CreateBucket and s3:ListBucket, or choose a bucket that exists.',
      ),
    actions: ['choose-bucket'],
  },
  'bucket-already-yours': {
    brief: () => l10n.t('bucket exists'),
    what: ({ subject }) => l10n.t('You already have a bucket {0}.', quoted(subject)),
    next: () => l10n.t('Choose it from the list.'),
    actions: ['choose-bucket'],
  },
  'invalid-bucket-name': {
    brief: () => l10n.t('not a bucket name'),
    what: ({ subject }) => l10n.t('{0} cannot be the name of a bucket.', quoted(subject)),
    next: ({ subject }) =>
      subject.startsWith('arn:')
        ? l10n.t('Enter the alias of the access point, which ends in “-s3alias”, and not its ARN.')
        : l10n.t('Choose another.'),
    actions: ['choose-bucket'],
  },
  'changed-in-cloud': {
    brief: () => l10n.t('changed in the cloud meanwhile'),
    what: ({ subject }) =>
      l10n.t('The cloud copy of {0} has changed since the comparison.', quoted(subject)),
    next: () => l10n.t('It was not overwritten. Compare again to see both.'),
    actions: ['compare', 'show-log'],
  },
  'replaced-unseen': {
    brief: () => l10n.t('stored over another change'),
    what: ({ subject }) =>
      l10n.t(
        'Someone else stored {0} at the same moment, and this store does not prevent that.',
        quoted(subject),
      ),
    next: () => l10n.t('Their copy is kept as the version before yours. See Show Cloud Versions.'),
    actions: ['compare', 'show-log'],
  },
  archived: {
    brief: () => l10n.t('archived'),
    what: ({ subject }) => l10n.t('The cloud copy of {0} is archived.', quoted(subject)),
    next: () => l10n.t('The store must restore it before it can be read.'),
    actions: ['show-log'],
  },
  'too-large-to-open': {
    brief: () => l10n.t('too large to open'),
    what: ({ subject }) =>
      l10n.t('The cloud copy of {0} is too large to open directly.', quoted(subject)),
    next: () => l10n.t('Save it to the disk, and open it there.'),
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
    brief: () => l10n.t('damaged in transit'),
    what: ({ subject }) =>
      l10n.t('The data received for {0} is not what the store says it has.', quoted(subject)),
    next: () => l10n.t('Nothing was changed here. Restore it again.'),
    actions: ['retry', 'show-log'],
  },
  'odd-entry': {
    brief: () => l10n.t('listed in a form that cannot be read'),
    what: ({ subject }) =>
      l10n.t(
        'The store’s list has an entry that may be the cloud copy of {0}, but it cannot be read or lacks its ETag, size or time.',
        quoted(subject),
      ),
    next: () => l10n.t('Compare again. If it keeps happening, ask whoever runs the store.'),
    actions: ['compare', 'show-log'],
  },
  'not-kept': {
    brief: () => l10n.t('not kept by the store'),
    what: ({ subject }) =>
      l10n.t('The store accepted the setting for {0}, but does not show it.', quoted(subject)),
    next: () => l10n.t('Check it with the store’s own tools.'),
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
  'no-etags': {
    brief: () => l10n.t('no ETag from the store'),
    what: ({ subject }) =>
      l10n.t(
        'The store gives no ETag for {0}, so nothing can prove what it holds or whether it has changed.',
        quoted(subject),
      ),
    next: () =>
      l10n.t(
        'It does not count as backed up. Ask whoever runs the store, or the proxy in front of it.',
      ),
    actions: ['show-log'],
  },
  'too-large-for-store': {
    brief: () => l10n.t('too large for the store'),
    what: ({ subject }) => l10n.t('{0} is larger than the store accepts.', quoted(subject)),
    next: () => l10n.t('Ask whoever runs the store what its limit is, or ignore the file.'),
    actions: ['open-settings', 'show-log'],
  },
  'store-full': {
    brief: () => l10n.t('no room in the store'),
    what: ({ subject }) =>
      l10n.t('The store has no room for {0}, or its quota is used up.', quoted(subject)),
    next: () =>
      l10n.t(
        'Make room there or raise the quota, then continue. S3 Backup deletes nothing itself.',
      ),
    actions: ['retry', 'choose-bucket', 'show-log'],
  },
  'storage-refused': {
    brief: () => l10n.t('storage class or encryption refused'),
    what: ({ subject, cause }) =>
      l10n.t(
        'The store refuses to keep {0} as the settings ask{1}',
        quoted(subject),
        because(firstLink(cause)),
      ),
    next: () =>
      l10n.t(
        'Check the settings “s3Backup.storageClass”, “s3Backup.serverSideEncryption” and “s3Backup.kmsKeyId”.',
      ),
    actions: ['open-settings', 'retry', 'show-log'],
  },
  'name-refused': {
    brief: () => l10n.t('name refused by the store'),
    what: ({ subject }) => l10n.t('The store does not accept the name of {0}.', quoted(subject)),
    next: () => l10n.t('Rename the file, or change the setting “s3Backup.prefix”.'),
    actions: ['open-settings', 'show-log'],
  },
  'name-in-use': {
    brief: () => l10n.t('name in use in the store'),
    what: ({ subject }) =>
      l10n.t(
        'The store has an object for {0} but does not list it under that name, perhaps because it treats two names as one.',
        quoted(subject),
      ),
    next: () => l10n.t('It was not overwritten. Rename the file to back it up.'),
    actions: ['show-log'],
  },
  'file-refused': {
    brief: () => l10n.t('refused by the store'),
    what: ({ subject, cause }) =>
      l10n.t(
        'The store refuses {0} each time, while it answers other requests{1}',
        quoted(subject),
        because(firstLink(cause)),
      ),
    next: () =>
      l10n.t('The name may be the reason: rename the file, or ask whoever runs the store.'),
    actions: ['retry', 'show-log'],
  },
  'not-implemented': {
    brief: () => l10n.t('not supported by the store'),
    what: ({ subject, cause }) =>
      l10n.t(
        'The store does not support a request for {0}{1}',
        quoted(subject),
        because(firstLink(cause)),
      ),
    next: () => l10n.t('Ask whoever runs the store.'),
    actions: ['show-log'],
  },
  'parts-refused': {
    brief: () => l10n.t('not assembled by the store'),
    what: ({ subject }) =>
      l10n.t('The store would not assemble the parts of {0}.', quoted(subject)),
    next: () => l10n.t('Back it up again; the whole file is sent again.'),
    actions: ['retry', 'show-log'],
  },
} satisfies Readonly<Record<string, FailureEntry>>;

/** The right that was missing, where the request tells: it is the outermost cause. */
function missingRight(cause: string | undefined): string | undefined {
  return /^\w+:\w+(?= ←|$)/.exec(cause ?? '')?.[0];
}
