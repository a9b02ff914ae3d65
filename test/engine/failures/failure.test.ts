import assert from 'node:assert/strict';

import {
  describeFailure,
  Failure,
  throwIfCancelled,
  toFailure,
} from '../../../src/engine/failures/failure';

describe('failure', () => {
  it('travels with the chain of its causes in one line', () => {
    const inner = Object.assign(new Error('reset'), { name: 'SocketError' });
    const failure = new Failure('unreachable', 'host', new Error('sending', { cause: inner }));
    assert.deepEqual(failure.toRecord(), {
      code: 'unreachable',
      subject: 'host',
      cause: 'sending ← SocketError: reset',
    });
    assert.equal(new Failure('cancelled', 'x').toRecord().cause, undefined);
    assert.equal(new Failure('unexpected', 'x', 'as text').toRecord().cause, 'as text');
  });

  it('is described for the log by code and causes', () => {
    assert.equal(describeFailure(new Failure('cancelled', 'x')), 'cancelled');
    assert.equal(describeFailure(new Failure('disk-error', 'x', 'EIO')), 'disk-error (EIO)');
  });

  it('can always travel, whatever was thrown', () => {
    const circular: Record<string, unknown> = {};
    circular['itself'] = circular;
    const chain = new Error('again');
    chain.cause = chain;
    for (const thrown of [undefined, null, 0, 5n, circular, Symbol('s'), () => 1, chain]) {
      const record = toFailure(thrown, 'x').toRecord();
      assert.equal(record.code, 'unexpected');
      assert.ok(record.cause === undefined || typeof record.cause === 'string');
      structuredClone(record);
    }
  });

  it('takes an abort for a cancellation, and leaves failures as they are', () => {
    const failure = new Failure('no-such-key', 'k');
    assert.equal(toFailure(failure, 'x'), failure);
    assert.equal(toFailure(new DOMException('stop', 'AbortError'), 'x').code, 'cancelled');
    throwIfCancelled(new AbortController().signal, 'x');
    assert.throws(
      () => {
        throwIfCancelled(AbortSignal.abort(), 'x');
      },
      { code: 'cancelled' },
    );
  });
});
