/** What windows have learned of a bucket, for the next ones. */
export interface CapabilityMemory {
  recall(store: string, bucket: string): RememberedCapabilities | undefined;
  remember(store: string, bucket: string, known: RememberedCapabilities): void;
}

export interface RememberedCapabilities {
  /** In JSON, as whoever has learned it can read it. */
  readonly learned: string;
  /** What the store called itself (`Server`; RFC 9110, section 10.2.4): another program is another store. */
  readonly server: string;
  /** When the first of it was learned, in milliseconds since 1970. */
  readonly learnedAtMs: number;
}

/** For whoever learns everything anew. */
export const noMemory: CapabilityMemory = {
  recall: () => undefined,
  remember: () => undefined,
};
