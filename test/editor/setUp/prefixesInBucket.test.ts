import assert from 'node:assert/strict';

import { placeItem, withPrefixesInBucket } from '../../../src/editor/setUp/prefixesInBucket';

describe('The prefixes that a bucket holds', () => {
  const offered = [placeItem('here/', 'the folder’s name'), placeItem('', 'top')];
  const labels = (found: readonly string[]) =>
    withPrefixesInBucket(offered, found, () => ({})).map(({ label }) => label);

  it('are offered after those that the folder suggests', () => {
    assert.deepEqual(labels(['old/']), ['here/', 'No prefix', 'In the Bucket', 'old/']);
    assert.deepEqual(labels([]), ['here/', 'No prefix']);
  });

  it('are offered once, and it is said which suggestion holds files', () => {
    assert.deepEqual(labels(['here/']), ['here/', 'No prefix']);
    const [here, top] = withPrefixesInBucket(offered, ['here/'], () => ({}));
    assert.match(here?.description ?? '', /holds files/);
    assert.doesNotMatch(top?.description ?? '', /holds files/);
  });

  it('can be looked into', () => {
    const items = withPrefixesInBucket(offered, ['here/', 'old/'], () => ({}));
    const open = items.filter(({ buttons }) => buttons?.length === 1).map(({ label }) => label);
    assert.deepEqual(open, ['here/', 'old/']);
  });
});
