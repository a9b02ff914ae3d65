import type { CapabilityName } from '../src/protocol/buckets';
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
  unequalParts: 'takes parts of different sizes',
  partMinimum: 'refuses parts of less than 5 MiB',
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

const learned: Readonly<Record<CapabilityName, string>> = {
  'create-if-absent': 'heeds `If-None-Match` of a put',
  'replace-if-unchanged': 'heeds `If-Match` of a put',
  'complete-if-absent': 'heeds `If-None-Match` of a completion',
  'complete-if-unchanged': 'heeds `If-Match` of a completion',
  'checksum-of-put': 'checks the CRC32 of a put',
  'checksum-of-upload': 'checks the CRC32 of an upload in parts, as a whole',
  'encrypts-by-kms': 'encrypts by KMS of itself',
  'checksum-of-encrypted-put': 'keeps the SHA-256 of a put that KMS encrypts',
  'checksum-of-encrypted-upload': 'keeps the CRC64NVME of an upload in parts that KMS encrypts',
  'digest-etags': 'gives the MD5 of a put as its ETag',
  'encoded-lists': 'heeds `encoding-type=url`',
  'uploads-in-parts': 'takes uploads in parts',
  'lists-parts': 'lists the parts of an upload',
  'all-names': 'refuses no name',
};

/** What _Show What This Bucket Can Do_ shows, in the words of the table. */
export const learnedWords = Object.entries(learned) as readonly (readonly [
  CapabilityName,
  string,
])[];
