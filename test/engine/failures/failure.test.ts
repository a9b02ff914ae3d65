import assert from 'node:assert/strict';

import {
  describeFailure,
  Failure,
  throwIfCancelled,
  toFailure,
} from '../../../src/engine/failures/failure';
import { found, foundAll } from '../../../src/engine/failures/found';
import { keepSecret } from '../../../src/engine/failures/secrets';

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

  it('travels with what the engine has worded, to be said in any language', () => {
    const place = found`${'config:1'} and ${'credentials:2'}`;
    const worded = found`the profile “${'work'}” has no ${'region'}, in ${place}`;
    const said = 'the profile “work” has no region, in config:1 and credentials:2';
    const record = new Failure('profile-failed', 'work', worded).toRecord();
    assert.equal(record.cause, said);
    assert.deepEqual(record.links, [
      {
        template: 'the profile “{0}” has no {1}, in {2}',
        values: [
          'work',
          'region',
          { template: '{0} and {1}', values: ['config:1', 'credentials:2'] },
        ],
      },
    ]);
    const chain = new Failure('unreachable', 'x', new Error('sent', { cause: worded })).toRecord();
    assert.equal(chain.cause, `sent ← ${said}`);
    assert.deepEqual(chain.links, ['sent', ...(record.links ?? [])]);
    assert.equal(foundAll([worded, 'more'], '; ').message, `${said}; more`);
    assert.equal(found`value ${'{0}'} of ${'{1}'}`.message, 'value {0} of {1}');
  });

  it('keeps secrets to itself, also among the values of what it has worded', () => {
    keepSecret('hunter2-hunter2');
    const worded = found`its program said ${foundAll(['no: hunter2-hunter2'], ', ')}`;
    const record = new Failure('program-failed', 'work', worded).toRecord();
    assert.doesNotMatch(JSON.stringify(record), /hunter2/);
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
