import assert from 'node:assert/strict';

import {
  describeRequests,
  RequestCount,
  requestKind,
} from '../../../src/engine/network/requestCount';

describe('RequestCount', () => {
  it('tells what was asked since each beginning, whatever began meanwhile', () => {
    const count = new RequestCount();
    count.add('GET');
    const whole = count.begin();
    count.add('LIST');
    const part = count.begin();
    count.add('PUT');
    count.add('PUT');
    assert.deepEqual(whole(), { LIST: 1, HEAD: 0, GET: 0, PUT: 2, POST: 0, other: 0 });
    assert.deepEqual(part(), { LIST: 0, HEAD: 0, GET: 0, PUT: 2, POST: 0, other: 0 });
    assert.equal(describeRequests(whole()), '1 LIST, 2 PUT');
    assert.equal(describeRequests(count.begin()()), 'no requests');
  });

  it('takes for a list what stores charge as one, and for itself what has no kind', () => {
    assert.equal(requestKind('GET', { 'list-type': '2', prefix: 'w/' }), 'LIST');
    assert.equal(requestKind('GET', { versions: '' }), 'LIST');
    assert.equal(requestKind('GET', { uploads: '' }), 'LIST');
    assert.equal(requestKind('POST', { uploads: '' }), 'POST');
    assert.equal(requestKind('GET', { versionId: '1' }), 'GET');
    assert.equal(requestKind('HEAD'), 'HEAD');
    assert.equal(requestKind('OPTIONS'), 'other');
  });
});
