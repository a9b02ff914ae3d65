/** The two requests that make an object: PutObject and CompleteMultipartUpload. */
export type WriteKind = 'put' | 'completion';

/**
 * What is known by now of how a store takes writes, as far as it decides how many requests one takes.
 */
export interface WriteKnowledge {
  /** Whether a HEAD goes before each such write: where its condition alone is not relied on. */
  readonly looks: Readonly<Record<WriteKind, Readonly<Record<'absent' | 'unchanged', Look>>>>;
  /** After how many new files conditions are tried out; `undefined`: they are not, or were. */
  readonly triesConditionsAfter: number | undefined;
  /** Whether such writes may be refused for their checksum first, and are then sent without. */
  readonly triesChecksums: Readonly<Record<WriteKind, boolean>>;
  /** Whether what such a write has stored is read back, since the answer to it proves nothing. */
  readonly readsBack: Readonly<Record<WriteKind, boolean>>;
}

/** `until-known`: until an answer shows what the store does with the condition. */
export type Look = 'never' | 'until-known' | 'always';
