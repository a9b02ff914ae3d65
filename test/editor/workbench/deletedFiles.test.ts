import assert from 'node:assert/strict';

import { deletionText } from '../../../src/editor/workbench/deletedFiles';
import type { Safety } from '../../../src/protocol/safety';
import type { Verdict } from '../../../src/protocol/verdicts';

describe('What is said of deleted files', () => {
  const compared = (verdict: Verdict): Safety => ({ kind: 'compared', verdict, provedAt: 0 });
  const missing = compared({ kind: 'missing-in-cloud' });
  const text = (...answers: readonly (readonly [string, Safety])[]) =>
    deletionText(new Map(answers));

  it('is nothing where they are in the backup, were left out of it, or nobody knows', () => {
    assert.equal(
      text(['file:///a', compared({ kind: 'up-to-date', proof: 'receipt' })]),
      undefined,
    );
    const because = { kind: 'link' } as const;
    assert.equal(
      text(['file:///a', compared({ kind: 'ignored', because, hiddenCopies: 0 })]),
      undefined,
    );
    assert.equal(text(['file:///a', { kind: 'unknown' }]), undefined);
    assert.equal(text(['file:///a', { kind: 'folder', notBackedUp: 0 }]), undefined);
  });

  it('names a single file, and tells one that is missing from one that is out of date', () => {
    const gone = text(['file:///w/a%20b.txt', missing]);
    const older = text(['file:///w/a%20b.txt', compared({ kind: 'out-of-date', because: 'size' })]);
    assert.match(gone ?? '', /a b\.txt/);
    assert.match(older ?? '', /a b\.txt/);
    assert.notEqual(gone, older);
  });

  it('counts several, and what was in folders', () => {
    assert.match(text(['file:///a', missing], ['file:///b', missing]) ?? '', /^2 /);
    const folder: Safety = { kind: 'folder', notBackedUp: 12 };
    assert.match(text(['file:///w', folder], ['file:///b', missing]) ?? '', /^13 /);
  });
});
