import assert from 'node:assert/strict';

import { releaseFaults } from '../../scripts/releaseFaults';

const manifest = {
  version: '1.2.0',
  repository: 'https://git.example.com/s3-backup',
  bugs: 'https://git.example.com/s3-backup/issues',
  homepage: 'https://s3-backup.example.com',
};
const changelog = '# Changelog\n\n## Unreleased\n\n## 1.2.0\n\n- More.\n\n## 1.1.0\n\n- Some.\n';

describe('A release', () => {
  it('is ready with its addresses, its tag and its part of the changelog', () => {
    assert.deepEqual(releaseFaults(manifest, changelog, 'v1.2.0'), []);
  });

  for (const name of ['repository', 'bugs', 'homepage'] as const) {
    it(`fails without \`${name}\``, () => {
      assert.equal(releaseFaults({ ...manifest, [name]: '' }, changelog, 'v1.2.0').length, 1);
    });
  }

  it('fails under the tag of another version', () => {
    assert.equal(releaseFaults(manifest, changelog, 'v1.2.1').length, 1);
  });

  it('fails where the changelog does not tell of it, or of something that is in none', () => {
    const without = changelog.replace('## 1.2.0', '## 1.2.0-rc.1');
    const more = changelog.replace('## Unreleased\n', '## Unreleased\n\n- Even more.\n');
    assert.equal(releaseFaults(manifest, without, 'v1.2.0').length, 1);
    assert.equal(releaseFaults(manifest, more, 'v1.2.0').length, 1);
  });
});
