import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from '../../dev/repositoryRoot';
import { generatedFiles } from '../../scripts/generatedFiles';

describe('What is generated', () => {
  for (const [path, text] of generatedFiles()) {
    it(`is as \`npm run generate\` makes it: ${path}`, () => {
      assert.equal(readFileSync(join(repositoryRoot, path), 'utf8'), text);
    });
  }
});
