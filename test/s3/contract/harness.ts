import type { Bucket } from '../../../src/engine/ports/bucket';

/** A store on which every promise of the `Bucket` port is tried. */
export interface ContractStore {
  readonly name: string;
  /** What it cannot do through no fault of the port, with the reason: skipped by name. */
  readonly lacks: Partial<Record<Capability, string>>;
  /** How long opening may take where a server is built first, which takes minutes. */
  readonly openTimeoutMs?: number;
  open(): Promise<OpenStore | StoreUnavailable>;
}

export interface OpenStore {
  readonly kind: 'open';
  /** A bucket to write to; every test keeps to names of its own. */
  readonly bucket: Bucket;
  /** One that keeps versions. */
  readonly versionedBucket?: Bucket;
  /** The content type of an object in `bucket`, asked for past the port. */
  contentTypeOf(key: string): Promise<string | undefined>;
  /** A bucket that does not exist. */
  readonly missingBucket?: Bucket;
  /** Ways to disturb requests under way, where the store is reached over a wire. */
  readonly disturb?: Disturb;
  close(): Promise<void>;
}

export interface StoreUnavailable {
  readonly kind: 'unavailable';
  readonly reason: string;
}

/** Lets the next request of that kind go wrong. */
export type Disturb = (
  write: 'list' | 'get' | 'put' | 'putPart' | 'completeMultipart',
  disturbance: 'lose-answer' | 'cut-answer' | 'stall' | 'damage-body' | 'busy' | 'refuse',
) => DisturbedWire;

export interface DisturbedWire {
  /** Resolves when the request has come. */
  readonly met: Promise<void>;
  /** How many connections are open now. */
  openConnections(): number;
}

/** What not every store can do; named for what is skipped. */
export type Capability =
  /** Of several writers at once under one condition, one wins. */
  | 'atomicConditions'
  /** Refuses to complete an upload of another size than announced. */
  | 'checksMultipartSize'
  /** Takes CRC32s, keeps them and gives them back. */
  | 'checksums'
  /** Lists keys in an order, and pages without loss, whatever the case of their letters. */
  | 'mixedCasePaging'
  | 'missingBucket'
  | 'versions'
  /** Loses no versions between pages. */
  | 'pagesOfVersions'
  /** Goes on after a page of one version. */
  | 'shortPagesOfVersions'
  | 'listsParts'
  /** Takes parts of different sizes before the last one. */
  | 'unequalParts'
  /** Refuses parts of less than 5 MiB before the last one. */
  | 'partMinimum'
  /** Refuses names longer than 1,024 bytes. */
  | 'nameLimit'
  | 'wire'
  /* kinds of names */
  | 'emptySegments'
  | 'dotSegments'
  | 'folderMarkers'
  | 'backslashes'
  | 'carriageReturns'
  | 'controlCharacters'
  | 'longSegments'
  | 'fileBesideFolder';

/** What the parts of the contract are tried with. */
export interface Harness {
  readonly bucket: () => Bucket;
  readonly opened: () => OpenStore;
  /** Skips what takes one of the capabilities that the store lacks. */
  readonly itWhere: (
    capabilities: Capability | readonly Capability[],
    title: string,
    test: () => Promise<void>,
  ) => void;
}
