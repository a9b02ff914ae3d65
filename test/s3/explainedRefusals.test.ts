import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';

import {
  beforeNext,
  conditionCapabilities,
  count,
  learnByRace,
  openStores,
  refusesUnseen,
  seen,
  sentTo,
  takeNext,
  writeOurs,
  writes,
} from '../support/servers/conditionalWrites';
import {
  sendError,
  treatAll,
  type ConditionStore,
  type StoreRequest,
} from '../support/servers/conditionStore';

const stores = openStores();
afterEach(() => stores.closeAll());

describe('The refusal of a write', function () {
  this.timeout(120_000);

  /** A store that is known to honour the condition. */
  async function honouring(
    ...[write, condition]: readonly ['put' | 'completion', 'absent' | 'unchanged']
  ): Promise<ConditionStore> {
    const store = await stores.open({ treatments: treatAll('honours') });
    await learnByRace(store, write, condition);
    store.after = () => undefined;
    return store;
  }

  it('is looked into only where what stands there may explain it', async () => {
    for (const [status, name, code] of [
      [403, 'AccessDenied', 'access-denied'],
      [409, 'ExistingObjectIsDirectory', 'name-refused'],
    ] as const) {
      const store = await stores.open({ treatments: treatAll('honours') });
      store.intercept = takeNext('put', (_, answer) => {
        sendError(answer, status, name);
      });
      await assert.rejects(writeOurs(store, 'put', 'one', { kind: 'absent' }), { code });
      assert.deepEqual(store.asked, ['head one', 'put-if one']);
    }
  });

  it('for another write at the same moment ends well where that one has stored the same', async () => {
    const store = await honouring('put', 'absent');
    store.intercept = takeNext('put', ({ carryOut }, answer) => {
      carryOut();
      sendError(answer, 409, 'ConditionalRequestConflict');
    });
    await writeOurs(store, 'put', 'one', { kind: 'absent' });
    assert.deepEqual(sentTo(store, 'put', 'one'), ['put-if']);
  });

  it('is no change of the object where the upload is gone, and shows nothing of conditions', async () => {
    for (const condition of ['absent', 'unchanged'] as const) {
      const store = await stores.open({ treatments: treatAll('ignores') });
      store.intercept = takeNext('completion', (_, answer) => {
        sendError(answer, 404, 'NoSuchUpload');
      });
      const was = seen(store, condition, 'one');
      await assert.rejects(writeOurs(store, 'completion', 'one', was), { code: 'no-such-upload' });
      store.intercept = takeNext('completion', ({ key }, answer) => {
        store.place(key, 'theirs');
        sendError(answer, 404, 'NoSuchUpload');
      });
      const changed = writeOurs(store, 'completion', 'two', seen(store, condition, 'two'));
      await assert.rejects(changed, { code: 'changed-in-cloud' });
      await refusesUnseen(store, 'completion', condition, 'after');
      assert.deepEqual(sentTo(store, 'completion', 'after'), []);
    }
  });

  it('is a change where the object is gone that was to be replaced', async () => {
    for (const write of writes) {
      const store = await honouring(write, 'unchanged');
      const was = seen(store, 'unchanged', 'one');
      store.place('one', undefined);
      store.intercept = takeNext(write, (_, answer) => {
        sendError(answer, 404, 'NoSuchKey');
      });
      await assert.rejects(writeOurs(store, write, 'one', was), { code: 'changed-in-cloud' });
    }
  });

  it('is a change where the look before finds nothing to replace, but in a bucket that is gone', async () => {
    for (const write of writes) {
      const store = await stores.open({ treatments: treatAll('honours') });
      const was = seen(store, 'unchanged', 'one');
      store.place('one', undefined);
      await assert.rejects(writeOurs(store, write, 'one', was), { code: 'changed-in-cloud' });
      store.intercept = ({ kind }, answer) => {
        if (kind === 'other') sendError(answer, 404, 'NoSuchBucket');
        return kind === 'other' ? 'taken' : undefined;
      };
      await assert.rejects(writeOurs(store, write, 'one', was), { code: 'no-such-bucket' });
      assert.deepEqual(sentTo(store, write, 'one'), []);
    }
  });

  it('for the header replaces nothing that was stored since the look', async () => {
    for (const { write, condition } of conditionCapabilities) {
      const store = await stores.open({ treatments: treatAll('refuses') });
      const was = seen(store, condition, 'one');
      store.before = beforeNext(write, () => {
        store.place('one', 'theirs');
      });
      await assert.rejects(writeOurs(store, write, 'one', was), { code: 'changed-in-cloud' });
      assert.equal(store.bytes('one'), 'theirs');
    }
  });

  it('for the header, once it was honoured, sends nothing without it', async () => {
    for (const { write, condition } of conditionCapabilities) {
      const store = await honouring(write, condition);
      const was = seen(store, condition, 'one');
      store.intercept = ({ kind }, answer) => {
        if (kind !== write) return undefined;
        sendError(answer, 501, 'NotImplemented', 'If-Match');
        return 'taken';
      };
      await assert.rejects(writeOurs(store, write, 'one', was), { code: 'not-implemented' });
      assert.ok(!sentTo(store, write, 'one').includes(write));
    }
  });

  it('is no proof against a store where two were refused at once whose conditions held', async () => {
    for (const { write, condition } of conditionCapabilities) {
      const store = await honouring(write, condition);
      let meet: () => void = () => undefined;
      const bothAreThere = new Promise<void>(resolve => (meet = resolve));
      const refused = new Set<string>();
      store.before = async ({ kind, key }) => {
        if (kind !== write || refused.has(key)) return;
        if (refused.add(key).size === 2) meet();
        await bothAreThere;
      };
      const answered = new Set<string>();
      store.intercept = ({ kind, key }, answer) => {
        if (kind !== write || answered.has(key)) return undefined;
        answered.add(key);
        sendError(answer, 412, 'PreconditionFailed');
        return 'taken';
      };
      await Promise.all(
        ['one', 'two'].map(key => writeOurs(store, write, key, seen(store, condition, key))),
      );
      assert.deepEqual([store.bytes('one'), store.bytes('two')], ['ours', 'ours']);
      assert.deepEqual(store.weaknesses, []);
    }
  });

  describe('without the right to read', () => {
    it('proves no change of a condition that holds by a list, and sends nothing again', async () => {
      for (const { write, condition } of conditionCapabilities) {
        const store = await honouring(write, condition);
        const was = seen(store, condition, 'one');
        store.intercept = (request, answer) => {
          if (request.kind !== write) return forbidHeads(request, answer);
          sendError(answer, 412, 'PreconditionFailed');
          return 'taken';
        };
        await assert.rejects(writeOurs(store, write, 'one', was), { code: 'changed-in-cloud' });
        assert.deepEqual(sentTo(store, write, 'one'), [`${write}-if`]);
        assert.deepEqual(store.weaknesses, []);
      }
    });

    it('lets a list be look enough where a condition was doubted', async () => {
      for (const { write, condition } of conditionCapabilities) {
        const store = await honouring(write, condition);
        store.intercept = takeNext(write, (_, answer) => {
          sendError(answer, 412, 'PreconditionFailed');
        });
        await writeOurs(store, write, 'one', seen(store, condition, 'one'));
        const was = seen(store, condition, 'two');
        store.intercept = forbidHeads;
        await writeOurs(store, write, 'two', was);
        assert.equal(store.bytes('two'), 'ours');
      }
    });

    it('does not keep a write from being tried again whose answer was lost', async () => {
      for (const { write, condition } of conditionCapabilities) {
        const store = await honouring(write, condition);
        const was = seen(store, condition, 'one');
        let isLost = false;
        store.intercept = (request, answer) => {
          if (request.kind !== write || isLost) return forbidHeads(request, answer);
          isLost = true;
          answer.destroy();
          return 'taken';
        };
        await writeOurs(store, write, 'one', was);
        assert.equal(store.bytes('one'), 'ours');
      }
    });

    it('or to list, is told as that where the answer before was lost', async () => {
      for (const condition of ['absent', 'unchanged'] as const) {
        const store = await honouring('put', condition);
        const was = seen(store, condition, 'one');
        let isLost = false;
        store.intercept = (request, answer) => {
          if (request.kind !== 'put' || isLost) return forbidReading(request, answer);
          isLost = true;
          store.place('one', 'theirs');
          answer.destroy();
          return 'taken';
        };
        await assert.rejects(writeOurs(store, 'put', 'one', was), { code: 'access-denied' });
        assert.equal(store.bytes('one'), 'theirs');
      }
    });

    it('or to list, comes before anything is sent where nothing is known of conditions', async () => {
      for (const { write, condition } of conditionCapabilities) {
        const store = await stores.open({ treatments: treatAll('honours') });
        const was = seen(store, condition, 'one');
        store.intercept = forbidReading;
        await assert.rejects(writeOurs(store, write, 'one', was), { code: 'access-denied' });
        assert.deepEqual(sentTo(store, write, 'one'), []);
      }
    });
  });
});

describe('What stands where a write was to go', function () {
  this.timeout(120_000);

  it('is somebody else’s though it has the same size', async () => {
    for (const { write, condition } of conditionCapabilities) {
      const store = await stores.open({ treatments: treatAll('honours') });
      const was = seen(store, condition, 'one');
      store.place('one', 'else');
      await assert.rejects(writeOurs(store, write, 'one', was), { code: 'changed-in-cloud' });
      assert.equal(store.bytes('one'), 'else');
    }
  });

  it('is replaced by the same bytes where just this copy was to be', async () => {
    const store = await stores.open({ treatments: treatAll('honours') });
    const etag = store.place('one', 'ours');
    await writeOurs(store, 'put', 'one', { kind: 'unchanged', etag });
    assert.deepEqual(sentTo(store, 'put', 'one'), ['put-if']);
  });

  it('is found by a look where the answer was lost of a write that was carried out', async () => {
    for (const { write, condition } of conditionCapabilities) {
      const store = await stores.open({ treatments: treatAll('honours') });
      await learnByRace(store, write, condition);
      const was = seen(store, condition, 'one');
      store.intercept = takeNext(write, ({ carryOut }, answer) => {
        carryOut();
        answer.destroy();
      });
      await writeOurs(store, write, 'one', was);
      assert.deepEqual(sentTo(store, write, 'one'), [`${write}-if`]);
    }
  });

  it('costs no other request where the condition is honoured', async () => {
    const store = await stores.open({ treatments: treatAll('honours'), versions: 'kept' });
    await learnByRace(store, 'put', 'absent');
    let others = 0;
    store.before = ({ kind }) => {
      if (kind !== 'put') others++;
    };
    await writeOurs(store, 'put', 'one', { kind: 'absent' });
    assert.deepEqual([others, count(store, 'put-if')], [0, 2]);
  });

  it('is told in words where the store does not heed its conditions', async () => {
    const store = await stores.open({ treatments: treatAll('refuses') });
    await writeOurs(store, 'put', 'one', { kind: 'absent' });
    assert.equal(store.weaknesses.length, 1);
    assert.match(String(store.weaknesses[0]), /^If-None-Match is refused by this store/);
  });
});

function forbidHeads({ kind }: StoreRequest, answer: ServerResponse): 'taken' | undefined {
  if (kind !== 'head') return undefined;
  answer.writeHead(403).end();
  return 'taken';
}

/** Forbids lists, too. */
function forbidReading({ kind }: StoreRequest, answer: ServerResponse): 'taken' | undefined {
  if (kind === 'head') answer.writeHead(403).end();
  else if (kind === 'other') sendError(answer, 403, 'AccessDenied');
  else return undefined;
  return 'taken';
}
