import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from '../../dev/repositoryRoot';
import { plants, withFault } from '../support/suite/plants';

describe('The faults that are planted by hand', () => {
  // Else a change to the code would be noticed by the next who plants them, perhaps weeks later.
  it('have their places in the code as it is', () => {
    for (const { what, edits } of plants) {
      const texts = new Map<string, string>();
      for (const edit of edits) {
        const path = join(repositoryRoot, 'out', 'src', 'engine', edit.file);
        const text = texts.get(path) ?? readFileSync(path, 'utf8');
        assert.doesNotThrow(() => texts.set(path, withFault(text, edit)), what);
      }
    }
  });
});
