/** Where in the store one workspace folder is backed up. */
export interface Target {
  readonly bucket: string;
  /** Empty, or ends in `/`. */
  readonly prefix: string;
}

/** A target and the store that holds it. */
export interface Place extends Target {
  /** The store's identity; earlier versions noted the endpoint as it was spelled. */
  readonly store: string;
}

/** Returns `bucket/prefix`, as users see it. */
export function targetText({ bucket, prefix }: Target): string {
  return prefix === '' ? bucket : `${bucket}/${prefix}`;
}
