/** What is known of each path, and why. */

import type { FailureRecord } from './failures';
import type { FilePath } from './folders';

export const groups = [
  'lost',
  'changed-in-cloud',
  'unchecked',
  'out-of-date',
  'missing-in-cloud',
  'up-to-date',
  'only-in-cloud',
  'ignored',
] as const;

export type Group = (typeof groups)[number];

/** Whether local files of the group would be lost, in whole or in their present state, if deleted. */
export function isNotBackedUp(group: Group): boolean {
  switch (group) {
    case 'changed-in-cloud':
    case 'unchecked':
    case 'out-of-date':
    case 'missing-in-cloud':
      return true;
    case 'lost':
    case 'up-to-date':
    case 'only-in-cloud':
    case 'ignored':
      return false;
  }
}

/** What is known of one path, and why. `kind` is the group in which its row stands. */
export type Verdict =
  | {
      readonly kind: 'missing-in-cloud';
      /** When it was last proved to be in the cloud, if ever; milliseconds since 1970. */
      readonly safeAt?: number;
    }
  | {
      readonly kind: 'out-of-date';
      readonly because: 'content' | 'size' | 'time' | 'not-comparable' | 'changed-since-comparison';
    }
  | { readonly kind: 'up-to-date'; readonly proof: Proof }
  /** It was when it was compared, at `asOf`; the comparison since then has failed. */
  | { readonly kind: 'up-to-date'; readonly proof: 'unconfirmed'; readonly asOf: number }
  | {
      readonly kind: 'changed-in-cloud';
      /**
       * `only-there`: the local file is what was backed up. `both`: it is not, and the copy is
       * another one too. `other-version`: the copy was there before the file was proved to be another
       * version of it, as one is that was restored. `refused`: found out by an upload, which was not
       * carried out.
       */
      readonly because: 'newer-there' | 'only-there' | 'both' | 'other-version' | 'refused';
    }
  /** Gone from both sides, though it was proved to be in the cloud once. */
  | {
      readonly kind: 'lost';
      readonly safeAt: number;
      /** The lists of the store do not show it; it was not asked for the very file. */
      readonly because?: 'not-asked';
    }
  | {
      readonly kind: 'only-in-cloud';
      /** The store has it, but its lists do not show it. */
      readonly because?: 'not-listed';
    }
  | { readonly kind: 'unchecked'; readonly failure: FailureRecord }
  | { readonly kind: 'ignored'; readonly because: IgnoreReason; readonly hiddenCopies: number };

/**
 * What an up-to-date verdict rests on. `uploaded`: the store confirmed these very bytes. `receipt`:
 * it did so earlier, and neither side has changed since. `content`: a hash over the local bytes
 * equals the cloud object's. `name-and-time`: the size is the same and the file is not newer; such a
 * file is not called safe.
 */
export type Proof = 'uploaded' | 'receipt' | 'content' | 'name-and-time';

/** Whether a proof calls a file safe. The compiler asks about each new one. */
export function callsSafe(proof: Proof | 'unconfirmed'): boolean {
  switch (proof) {
    case 'uploaded':
    case 'receipt':
    case 'content':
      return true;
    case 'name-and-time':
    case 'unconfirmed':
      return false;
  }
}

export type IgnoreReason =
  | {
      readonly kind: 'rule';
      readonly pattern: string;
      /** The setting or the file that holds the pattern. */
      readonly source: string;
      /** From 1; `undefined` for a setting. */
      readonly line: number | undefined;
    }
  /** It made way for another file, and was kept beside it. A rule of the user's may include it. */
  | { readonly kind: 'kept-copy' }
  /** It is a folder of the workspace itself, and is backed up as one. */
  | { readonly kind: 'inner-folder' }
  | { readonly kind: 'link' | 'special-file' }
  | { readonly kind: 'below-local-file' | 'namesake-is-folder'; readonly path: FilePath }
  | { readonly kind: 'not-a-path'; readonly fault: KeyFault };

/**
 * What leaves a path out: a rule, which may change; what lies there on the disk; what lies on the
 * disk in the way of a key; or the key itself, which can be no file's. The compiler asks about each
 * new reason.
 */
export function ignoredBy({ kind }: IgnoreReason): 'rule' | 'disk' | 'obstacle' | 'key' {
  switch (kind) {
    case 'rule':
    case 'kept-copy':
    case 'inner-folder':
      return 'rule';
    case 'link':
    case 'special-file':
      return 'disk';
    case 'below-local-file':
    case 'namesake-is-folder':
      return 'obstacle';
    case 'not-a-path':
      return 'key';
  }
}

/** Why a key can be no file's: what a folder on disk cannot hold, or what would lead out of it. */
export type KeyFault =
  | 'folder-marker'
  | 'empty-segment'
  | 'dot-segment'
  | 'nul'
  | 'backslash'
  | 'outside-prefix'
  /** The name of a file that the engine makes for the time of its work. */
  | 'staged-file'
  | EntryFault;

/** Why an entry of a list says nothing for certain of an object. */
export type EntryFault =
  /** Its key has escapes that stand for no text, and is a guess. */
  | 'not-decodable'
  /** It has no ETag, no size or no time. */
  | 'incomplete';
