import assert from 'node:assert/strict';
import { fromDiskError, fromWriteError } from '../../../src/engine/failures/diskErrors';
import { Failure } from '../../../src/engine/failures/failure';
import { hasCode } from '../../../src/engine/failures/systemCode';
import type { FailureCode } from '../../../src/protocol/failures';

describe('diskErrors', () => {
  const codes: readonly (readonly [string, FailureCode])[] = [
    ['ENOENT', 'file-vanished'],
    ['ENOTDIR', 'file-vanished'],
    ['EACCES', 'not-readable'],
    ['EPERM', 'not-readable'],
    ['EISDIR', 'not-a-file'],
    ['ELOOP', 'not-a-file'],
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EIO', 'disk-error'],
    ['EMFILE', 'disk-error'],
    ['ENAMETOOLONG', 'name-too-long'],
    ['ABORT_ERR', 'cancelled'],
  ];

  for (const [code, expected] of codes) {
    it(`maps ${code} of the disk to ${expected}`, () => {
      const failure = fromDiskError(systemError(code), 'a');
      assert.deepEqual([failure.code, failure.subject], [expected, 'a']);
    });
  }

  it('says of what was to be written that it is not writable', () => {
    for (const code of ['EACCES', 'EPERM', 'EROFS']) {
      const failure = fromWriteError(systemError(code), 'a');
      assert.deepEqual([failure.code, failure.subject], ['not-writable', 'a'], code);
    }
    assert.equal(fromWriteError(systemError('ENOSPC'), 'a').code, 'disk-full');
  });

  it('leaves failures as they are', () => {
    const failure = new Failure('not-readable', 'a', systemError('EACCES'));
    assert.equal(fromDiskError(failure, 'b'), failure);
    assert.equal(fromWriteError(failure, 'b'), failure);
  });

  it('takes whatever is thrown', () => {
    for (const odd of [undefined, null, 'text', 7, { code: 'ENOENT' }]) {
      assert.equal(fromDiskError(odd, 'a').code, 'disk-error');
    }
    const circular = new Error('what happened');
    circular.cause = circular;
    assert.equal(fromDiskError(circular, 'a').code, 'disk-error');
  });

  it('tells a code, also below what wraps it', () => {
    assert.ok(hasCode(systemError('ENOENT'), 'EEXIST', 'ENOENT'));
    assert.ok(hasCode(new Error('wrapped', { cause: systemError('ENOENT') }), 'ENOENT'));
    assert.ok(!hasCode(systemError('EIO'), 'ENOENT'));
    assert.ok(!hasCode(new Error('no code'), 'ENOENT'));
  });
});

function systemError(code: string): Error {
  return Object.assign(new Error('what happened'), { code });
}
