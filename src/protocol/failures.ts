/** Every way to fail, told apart by what the user can do next. */
export type FailureCode =
  /* settings and target */
  | 'invalid-setting'
  | 'no-target'
  | 'no-folder'
  | 'not-in-workspace'
  | 'not-on-disk'
  | 'prefix-in-use'
  /* credentials */
  | 'no-credentials'
  | 'profile-not-found'
  | 'credentials-unreadable'
  | 'credentials-malformed'
  | 'credentials-incomplete'
  /* the profile exists, and gave no credentials */
  | 'profile-failed'
  /* the profile's `credential_process` */
  | 'program-not-found'
  | 'program-failed'
  | 'sign-in-needed'
  /* a role asks for the code of an MFA device, and nobody gave it: the cause is the device */
  | 'mfa-code-needed'
  | 'credentials-refused'
  | 'credentials-expired'
  /* the way to the store */
  | 'unreachable'
  | 'host-not-found'
  /* of the proxy: the cause begins with the setting or variable that names it */
  | 'proxy-unreachable'
  | 'proxy-refused'
  | 'proxy-authorization'
  /* VS Code itself reaches the store: it knows a proxy of the system that the engine does not */
  | 'only-vscode-reaches'
  /* by its authority, its name, or its dates */
  | 'certificate'
  | 'certificate-name'
  | 'certificate-date'
  | 'clock-skew'
  | 'timed-out'
  | 'store-busy'
  | 'store-error'
  | 'not-s3'
  /* the endpoint is not what the user meant: the cause begins with what is probably meant */
  | 'bucket-in-endpoint'
  | 'bucket-elsewhere'
  | 'needs-https'
  | 'needs-http'
  | 'wrong-region'
  /* what the store says */
  | 'access-denied'
  /* the credentials may write, and not see what they would replace */
  | 'read-denied'
  | 'no-such-bucket'
  | 'no-such-key'
  | 'no-such-upload'
  | 'bucket-name-taken'
  /* the store does not tell these credentials whether there is one of that name */
  | 'bucket-not-seen'
  | 'bucket-already-yours'
  | 'invalid-bucket-name'
  | 'changed-in-cloud'
  /* a version that nobody here had seen lies below the one that was stored */
  | 'replaced-unseen'
  | 'archived'
  | 'too-large-to-open'
  | 'not-verified'
  /* the store tells no ETag, without which nothing can be proved */
  | 'no-etags'
  | 'too-large-for-store'
  /* no room, or no more is allowed */
  | 'store-full'
  /* the store does not keep anything in the way that the settings ask for */
  | 'storage-refused'
  | 'name-refused'
  /* the store has something under this name that it lists under none, or under another */
  | 'name-in-use'
  /* the store answers others meanwhile */
  | 'file-refused'
  | 'not-implemented'
  | 'parts-refused'
  | 'archive-requested'
  /* the list has an entry that may be of this file, and says too little */
  | 'odd-entry'
  /* the store said yes, and what it tells then is another thing */
  | 'not-kept'
  | 'not-as-stored'
  /* the disk */
  | 'file-vanished'
  | 'not-readable'
  /* nothing may be made or renamed there */
  | 'not-writable'
  | 'not-a-file'
  | 'file-changing'
  /* it holds more than the disk says */
  | 'wrong-size'
  | 'unsaved'
  /* the file is empty, its cloud copy is not */
  | 'empty-here'
  /* the file looks like a secret, and nobody was asked whether to send it */
  | 'secret-unasked'
  | 'ignore-file-unreadable'
  | 'name-not-unicode'
  | 'key-too-long'
  | 'unsafe-name'
  | 'name-too-long'
  | 'in-the-way'
  | 'changed-here'
  /* a restore leaves the local file, since the user has said so */
  | 'skipped-by-choice'
  | 'disk-full'
  | 'disk-error'
  /* freeing space: why a file stays */
  | 'not-proved'
  | 'differs-here'
  | 'copy-differs'
  /* what the store gives back are other bytes */
  | 'copy-damaged'
  /* the store tells of the copy, but does not give its bytes */
  | 'copy-unreadable'
  /* the store has the copy, but its lists do not show it */
  | 'not-listed'
  | 'copy-expires'
  | 'attributes-differ'
  | 'proof-expired'
  /* it was written to as it went, and there was no room to put it back: the cause says where it is */
  | 'only-open'
  | 'hard-link'
  | 'not-trashed'
  | 'not-removable'
  /* another file took its name meanwhile: it has the name that is the cause */
  | 'kept-beside'
  | 'not-put-back'
  /* us */
  /** What the engine has proved lasts no longer than the window. */
  | 'records-not-kept'
  /** What an engine has left that was killed is still there. */
  | 'not-cleared-up'
  | 'engine-stopped'
  | 'plan-outdated'
  | 'cancelled'
  | 'unexpected';

export interface FailureRecord {
  readonly code: FailureCode;
  /** What it happened to: a setting, a profile, an endpoint, a bucket or a path. */
  readonly subject: string;
  /** The chain of causes in one line, for the log and for "because". */
  readonly cause: string | undefined;
  /** The same chain, outermost first, where the engine has worded a part of it. */
  readonly links?: readonly (string | Finding)[];
}

/** A cause in the engine's own words: a key of the translations, with `{0}` for the first value. */
export interface Finding {
  readonly template: string;
  readonly values: readonly (string | Finding)[];
}
