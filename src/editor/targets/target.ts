/** Where in the store one workspace folder is backed up. */
export interface Target {
  readonly bucket: string;
  /** Empty, or ends in `/`. */
  readonly prefix: string;
}

/** A target together with the store that it is in. */
export interface Place extends Target {
  /** The endpoint's URL, or AWS. */
  readonly store: string;
}

/** `bucket/prefix`, as it is shown to the user. */
export function targetText({ bucket, prefix }: Target): string {
  return prefix === '' ? bucket : `${bucket}/${prefix}`;
}
