import assert from 'node:assert/strict';

import { includeGit } from '../../../src/editor/ignore/ignorePattern';
import { ExcludeRules } from '../../../src/engine/scan/exclude';
import type { FilePath } from '../../../src/protocol/folders';

describe('includeGit', () => {
  for (const culprit of ['.git', '.git/', '/.git', '**/.git', '.*', '*', '.gi?']) {
    it(`leaves .git out no longer where ${culprit} did, and all else as before`, () => {
      const patterns = ['node_modules', culprit, '*.log'];
      const before = new ExcludeRules(patterns);
      const after = new ExcludeRules(includeGit(patterns, culprit));
      assert.ok(before.match('.git' as FilePath, 'folder'));
      assert.equal(after.find('.git/HEAD' as FilePath, 'file') === undefined, culprit !== '*');
      assert.equal(after.match('.git' as FilePath, 'folder'), undefined);
      for (const path of ['node_modules', 'x.log', '.env', 'a']) {
        const kind = path === 'node_modules' ? 'folder' : 'file';
        assert.deepEqual(
          after.match(path as FilePath, kind),
          before.match(path as FilePath, kind),
          path,
        );
      }
    });
  }
});
