/** Single cloud copies and their versions. */

import type { BucketTraits } from './buckets';
import type { FilePath, FolderSetup } from './folders';
import { requestType } from './messages';

/** A file in the bucket. */
export interface CloudCopyRequest {
  readonly setup: FolderSetup;
  readonly path: FilePath;
  /** One version; the copy as it is now where it is left out. */
  readonly versionId?: string;
}

export interface CloudCopy {
  readonly size: number;
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly modifiedAtMs: number;
  /** Where the bucket keeps versions. */
  readonly versionId: string | undefined;
}

/** How much of a copy is read into memory at the most. */
export interface CloudCopyReading extends CloudCopyRequest {
  readonly limit: number;
}

/** Where on the disk a copy is to go, outside of its own place. */
export interface CloudCopySaving extends CloudCopyRequest {
  /** Absolute. */
  readonly to: string;
}

export interface CloudCopyContent {
  readonly copy: CloudCopy;
  /** Handed over by the engine, not copied. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** One state of a file that the store has kept. */
export interface CloudVersion {
  /** A delete marker stands for a deletion by somebody else; it has no bytes. */
  readonly kind: 'version' | 'delete-marker';
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly size: number;
  readonly modifiedAtMs: number;
}

export interface CloudVersions {
  /** Whether the bucket keeps what is replaced. */
  readonly versioning: BucketTraits['versioning'];
  /** Newest first. */
  readonly versions: readonly CloudVersion[];
  /** Whether there are no more than these. */
  readonly areAll: boolean;
}

/** Files of a folder that has been compared. */
export interface KnownCopiesRequest {
  readonly folder: string;
  readonly paths: readonly FilePath[];
}

/** What a comparison knows of one copy. */
export interface KnownCopy {
  readonly path: FilePath;
  /** `undefined` where there is no copy. */
  readonly etag: string | undefined;
}

/** Fails with `no-such-key` where there is none. */
export const cloudCopy = requestType<CloudCopyRequest, CloudCopy>('cloudCopy');

export const readCloudCopy = requestType<CloudCopyReading, CloudCopyContent>('readCloudCopy');

export const saveCloudCopy = requestType<CloudCopySaving, null>('saveCloudCopy');

/** What the comparison at hand knows of these copies; those of which it knows nothing are left out. */
export const knownCopies = requestType<KnownCopiesRequest, readonly KnownCopy[]>('knownCopies');

export const cloudVersions = requestType<CloudCopyRequest, CloudVersions>('cloudVersions');
