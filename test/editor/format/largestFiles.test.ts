import assert from 'node:assert/strict';

import { largestFiles } from '../../../src/editor/format/largestFiles';

describe('The largest files of a plan', () => {
  const alike = Array.from({ length: 10 }, (_, at) => ({ name: `${String(at)}.txt`, bytes: 303 }));

  it('are named where all are, or where one of them is large', () => {
    assert.equal(largestFiles(alike, 10).length, 10);
    assert.equal(largestFiles([{ name: 'film.mov', bytes: 2e9 }, ...alike], 20_000).length, 11);
  });

  it('are not named among thousands that are no larger than the rest', () => {
    assert.deepEqual(largestFiles(alike, 20_000), []);
  });

  it('are not named where the question names the only one', () => {
    assert.deepEqual(largestFiles(alike.slice(0, 1), 1), []);
  });
});
