import type { Capability } from '../test/s3/contract/harness';

const words: Readonly<Record<Capability, string>> = {
  atomicConditions: 'of several writers under one condition, one wins',
  checksMultipartSize: 'refuses an upload of another size than announced',
  checksums: 'takes CRC32s, keeps them and gives them back',
  mixedCasePaging: 'pages through names of mixed case without loss',
  missingBucket: 'says that a bucket is not there',
  versions: 'keeps versions',
  pagesOfVersions: 'pages through versions without loss',
  shortPagesOfVersions: 'goes on after a page of one version',
  listsParts: 'lists the parts of an upload',
  nameLimit: 'refuses names of more than 1,024 bytes',
  wire: 'bears lost, cut and damaged answers',
  emptySegments: 'keeps `a//b` and `/a`',
  dotSegments: 'keeps `.` and `..` between slashes',
  folderMarkers: 'keeps an object `a/` beside `a/b`',
  backslashes: 'keeps a backslash in a name',
  carriageReturns: 'keeps a carriage return in a name',
  controlCharacters: 'keeps control characters in a name',
  longSegments: 'takes 1,024 bytes without a slash',
  fileBesideFolder: 'keeps `a` beside `a/b`',
};

/** What stores differ in, in the words of the table. */
export const capabilityWords = Object.entries(words) as readonly (readonly [Capability, string])[];
