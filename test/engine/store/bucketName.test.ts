import assert from 'node:assert/strict';

import { bucketNameFault } from '../../../src/engine/store/bucketName';
import type { BucketNameFault } from '../../../src/protocol/buckets';

describe('bucketName', () => {
  const table: readonly (readonly [string, BucketNameFault | undefined])[] = [
    ['abc', undefined],
    ['a'.repeat(63), undefined],
    ['my.backup-2026', undefined],
    ['1.2.3.4.5', undefined],
    ['1.2.3', undefined],
    ['a--b', undefined],
    ['Backup', 'characters'],
    ['my_backup', 'characters'],
    ['my backup', 'characters'],
    ['ünterwegs', 'characters'],
    ['a/b', 'characters'],
    ['', 'too-short'],
    ['ab', 'too-short'],
    ['a'.repeat(64), 'too-long'],
    ['-abc', 'ends'],
    ['abc-', 'ends'],
    ['.abc', 'ends'],
    ['abc.', 'ends'],
    ['a..b', 'adjacent-dots'],
    ['192.168.5.4', 'ip-address'],
    ['xn--abc', 'reserved-beginning'],
    ['sthree-abc', 'reserved-beginning'],
    ['amzn-s3-demo-abc', 'reserved-beginning'],
    ['abc-s3alias', 'reserved-end'],
    ['abc--ol-s3', 'reserved-end'],
    ['abc.mrap', 'reserved-end'],
    ['abc--x-s3', 'reserved-end'],
    ['abc--table-s3', 'reserved-end'],
  ];
  for (const [name, fault] of table) {
    it(`finds ${fault ?? 'nothing'} wrong with “${name}”`, () => {
      assert.equal(bucketNameFault(name), fault);
    });
  }
});
