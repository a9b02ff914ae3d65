import assert from 'node:assert/strict';

import { existingBucketFault, readAddress } from '../../../src/editor/setUp/typedBucket';

describe('A bucket that is typed in', () => {
  it('may have a prefix behind it, and s3:// before it', () => {
    const place = { bucket: 'b', prefix: 'notes/2026/' };
    for (const typed of ['b/notes/2026', 's3://b/notes/2026/', ' S3://b//notes/2026 ']) {
      assert.deepEqual(readAddress(typed), place, typed);
    }
    for (const typed of ['b', 's3://b', 'b/']) {
      assert.deepEqual(readAddress(typed), { bucket: 'b', prefix: '' }, typed);
    }
  });

  it('may have a name that S3 gives to no new bucket', () => {
    for (const name of ['my-notes.2026', 'Old_Notes', 'x']) {
      assert.equal(existingBucketFault(name), undefined, name);
    }
  });

  it('is refused with the rule that its name breaks', () => {
    const faults = ['', 'my notes', 'arn:aws:s3:us-east-1:1:accesspoint'].map(existingBucketFault);
    assert.ok(faults.every(fault => fault !== undefined));
    assert.equal(new Set(faults).size, 3);
  });
});
