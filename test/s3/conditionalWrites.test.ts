import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';

import {
  beforeNext,
  conditionCapabilities,
  conditions,
  learnByRace,
  openStores,
  refusesUnseen,
  seen,
  sentTo,
  takeNext,
  writeOurs,
} from '../support/servers/conditionalWrites';
import {
  sendError,
  treatAll,
  treatOnly,
  type StoreRequest,
} from '../support/servers/conditionStore';

const stores = openStores();
afterEach(() => stores.closeAll());

describe('A write under a condition', function () {
  this.timeout(120_000);

  for (const { write, condition } of conditionCapabilities) {
    describe(`as a ${write} of what is ${condition}`, () => {
      for (const [treatment, sent] of [
        ['honours', [`${write}-if`]],
        ['ignores', [`${write}-if`]],
        ['refuses', [`${write}-if`, write]],
        ['inverts', [`${write}-if`, write]],
        ['always-refuses', [`${write}-if`, write]],
      ] as const) {
        it(`is carried out by a store that ${treatment} it`, async () => {
          const store = await stores.open({ treatments: treatAll(treatment) });
          await writeOurs(store, write, 'one', seen(store, condition, 'one'));
          assert.equal(store.bytes('one'), 'ours');
          assert.deepEqual(sentTo(store, write, 'one'), sent);
          await writeOurs(store, write, 'two', seen(store, condition, 'two'));
          assert.equal(store.bytes('two'), 'ours');
          assert.deepEqual(sentTo(store, write, 'two'), sent.slice(-1));
          // What was learned of the store is said once.
          assert.equal(store.weaknesses.length, sent.length - 1);
        });

        it(`replaces nothing unseen at a store that ${treatment} it, before and after`, async () => {
          const store = await stores.open({ treatments: treatAll(treatment) });
          await refusesUnseen(store, write, condition, 'before');
          await learnByRace(store, write, condition);
          await refusesUnseen(store, write, condition, 'after');
          // Only what is honoured needs no look; what refuses always has looked like that.
          const needsNone = treatment === 'honours' || treatment === 'always-refuses';
          assert.deepEqual(sentTo(store, write, 'after'), needsNone ? [`${write}-if`] : []);
        });
      }

      it('is looked at first though another kind of write has been honoured', async () => {
        for (const other of conditionCapabilities) {
          if (other.write === write && other.condition === condition) continue;
          const store = await stores.open({ treatments: treatOnly(other, 'honours', 'ignores') });
          await learnByRace(store, other.write, other.condition);
          await refusesUnseen(store, write, condition, 'after');
          assert.deepEqual(sentTo(store, write, 'after'), []);
        }
      });

      it('is looked at first though something before the store has answered 412', async () => {
        const store = await stores.open({ treatments: treatAll('ignores') });
        const intercepted = takeNext(write, (_request, answer) => {
          answer.writeHead(412, { 'content-type': 'text/plain' }).end('blocked');
        });
        store.intercept = intercepted;
        const refused = writeOurs(store, write, 'one', seen(store, condition, 'one'));
        await assert.rejects(refused, { code: 'unexpected' });
        await refusesUnseen(store, write, condition, 'after');
        assert.deepEqual(sentTo(store, write, 'after'), []);
      });

      it('is looked at first though something before the store has seen a change', async () => {
        const store = await stores.open({ treatments: treatAll('ignores') });
        const was = seen(store, condition, 'one');
        store.intercept = takeNext(write, (_request, answer) => {
          store.place('one', 'theirs');
          answer.writeHead(412, { 'content-type': 'text/plain' }).end('blocked');
        });
        await assert.rejects(writeOurs(store, write, 'one', was), { code: 'changed-in-cloud' });
        await refusesUnseen(store, write, condition, 'after');
        assert.deepEqual(sentTo(store, write, 'after'), []);
      });

      it('is done where it lands behind a lost answer while the next attempt is under way', async () => {
        for (const treatment of ['honours', 'ignores', 'refuses'] as const) {
          const store = await stores.open({ treatments: treatAll(treatment) });
          const was = seen(store, condition, 'one');
          if (treatment === 'refuses')
            await writeOurs(store, write, 'x', seen(store, condition, 'x'));
          let late: (() => void) | undefined;
          store.intercept = takeNext(write, ({ carryOut }, answer) => {
            late = carryOut;
            answer.destroy();
          });
          store.before = ({ kind, key }) => {
            if (kind === write && key === 'one') late?.();
          };
          await writeOurs(store, write, 'one', was);
          assert.equal(store.bytes('one'), 'ours');
          assert.equal(sentTo(store, write, 'one').length, 2);
        }
      });

      it('is done where another window has stored the same bytes', async () => {
        for (const treatment of ['honours', 'ignores'] as const) {
          const store = await stores.open({ treatments: treatAll(treatment) });
          const was = seen(store, condition, 'one');
          const [one, other] = await Promise.all([
            writeOurs(store, write, 'one', was),
            writeOurs(store, write, 'one', was),
          ]);
          assert.equal(one.etag, other.etag);
          const [late] = await Promise.all([writeOurs(store, write, 'one', was)]);
          assert.equal(late.etag, one.etag);
        }
      });

      it('is carried out where what looked honoured is refused always, and is told of once', async () => {
        const store = await stores.open({ treatments: treatAll('always-refuses') });
        await learnByRace(store, write, condition);
        const keys = ['one', 'two', 'three', 'four'];
        await Promise.all(
          keys.map(key => writeOurs(store, write, key, seen(store, condition, key))),
        );
        await writeOurs(store, write, 'last', seen(store, condition, 'last'));
        for (const key of [...keys, 'last']) assert.equal(store.bytes(key), 'ours');
        assert.deepEqual(sentTo(store, write, 'last'), [write]);
        assert.equal(store.weaknesses.length, 1);
        await refusesUnseen(store, write, condition, 'changed');
        assert.deepEqual(sentTo(store, write, 'changed'), []);
      });

      it('keeps its condition where an honoured one was refused once though it holds', async () => {
        const store = await stores.open({ treatments: treatAll('honours') });
        await learnByRace(store, write, condition);
        const was = seen(store, condition, 'one');
        store.intercept = takeNext(write, (_request, answer) => {
          sendError(answer, 412, 'PreconditionFailed');
        });
        await writeOurs(store, write, 'one', was);
        assert.equal(store.bytes('one'), 'ours');
        assert.deepEqual(sentTo(store, write, 'one'), [`${write}-if`, `${write}-if`]);
        assert.deepEqual(store.weaknesses, []);
        const next = seen(store, condition, 'two');
        store.before = beforeNext(write, () => {
          store.place('two', 'theirs');
        });
        await assert.rejects(writeOurs(store, write, 'two', next), { code: 'changed-in-cloud' });
        assert.equal(store.bytes('two'), 'theirs');
      });

      it('tells where it has replaced a version that nobody had seen', async () => {
        const store = await stores.open({ treatments: treatAll('ignores'), versions: 'kept' });
        await writeOurs(store, write, 'one', seen(store, condition, 'one'));
        const was = seen(store, condition, 'two');
        store.before = beforeNext(write, () => {
          store.place('two', 'theirs');
        });
        await assert.rejects(writeOurs(store, write, 'two', was), { code: 'replaced-unseen' });
        assert.equal(store.weaknesses.length, 1);
      });
    });
  }

  it('is carried out without the right to read, by what a list says', async () => {
    for (const { write, condition } of conditionCapabilities) {
      const store = await stores.open({ treatments: treatAll('honours') });
      const was = seen(store, condition, 'one');
      const changed = seen(store, condition, 'two');
      store.place('two', 'theirs');
      store.intercept = forbidHeads;
      await writeOurs(store, write, 'one', was);
      assert.equal(store.bytes('one'), 'ours');
      await assert.rejects(writeOurs(store, write, 'two', changed), { code: 'changed-in-cloud' });
      assert.equal(store.bytes('two'), 'theirs');
    }
  });

  it('is refused without the right to read, which is named, where its condition is ignored', async () => {
    for (const { write, condition } of conditionCapabilities) {
      for (const treatment of ['ignores', 'refuses'] as const) {
        // What is ignored shows where versions are kept.
        const store = await stores.open({ treatments: treatAll(treatment), versions: 'kept' });
        await learnByRace(store, write, condition);
        const was = seen(store, condition, 'one');
        store.intercept = forbidHeads;
        await assert.rejects(writeOurs(store, write, 'one', was), { code: 'read-denied' });
        assert.notEqual(store.bytes('one'), 'ours');
      }
    }
  });

  it('needs no right to read where its condition is known to be honoured', async () => {
    for (const { write, condition } of conditionCapabilities) {
      const store = await stores.open({ treatments: treatAll('honours') });
      await learnByRace(store, write, condition);
      const was = seen(store, condition, 'one');
      store.intercept = forbidHeads;
      await writeOurs(store, write, 'one', was);
      assert.equal(store.bytes('one'), 'ours');
    }
  });

  for (const condition of conditions) {
    describe(`refused by 501, which does not say why, where what it is to replace is ${condition}`, () => {
      for (const [what, isMinded, first, second] of [
        ['for itself', () => true, ['put-if', 'put-if', 'put'], ['put-if', 'put-if', 'put']],
        ['for the CRC32', hasCrc32, ['put-if', 'put-if'], ['put-if']],
        ['for the condition', hasCondition, ['put-if', 'put-if', 'put'], ['put']],
        ['for each of them', hasEither, ['put-if', 'put-if', 'put'], ['put', 'put']],
      ] as const) {
        it(`${what} is sent no more often than it takes to find out`, async () => {
          const store = await stores.open({ treatments: treatAll('ignores') });
          store.intercept = (request, answer) => {
            if (request.kind !== 'put' || !isMinded(request)) return undefined;
            sendError(answer, 501, 'NotImplemented');
            return 'taken';
          };
          const writeBoth = async (): Promise<readonly string[]> => {
            const told: string[] = [];
            for (const key of ['one', 'two']) {
              const writing = writeOurs(store, 'put', key, seen(store, condition, key));
              told.push(await writing.then(() => 'done', toldCode));
            }
            return told;
          };
          const told = what === 'for itself' ? 'not-implemented' : 'done';
          assert.deepEqual(await writeBoth(), [told, told]);
          assert.deepEqual(sentTo(store, 'put', 'one'), first);
          assert.deepEqual(sentTo(store, 'put', 'two'), second);
        });
      }
    });
  }

  for (const condition of conditions) {
    it(`replaces nothing that came while its CRC32 was being refused: ${condition}`, async () => {
      const store = await stores.open({ treatments: treatAll('ignores') });
      const known = seen(store, condition, 'one');
      store.intercept = (request, answer) => {
        if (request.kind !== 'put' || !hasCrc32(request)) return undefined;
        store.place('one', 'theirs');
        sendError(answer, 501, 'NotImplemented');
        return 'taken';
      };
      await assert.rejects(writeOurs(store, 'put', 'one', known), { code: 'changed-in-cloud' });
      assert.equal(store.bytes('one'), 'theirs');
    });
  }

  it('is sent twice at most where it is refused after another one was taken', async () => {
    const store = await stores.open({ treatments: treatAll('ignores') });
    await writeOurs(store, 'put', 'taken', { kind: 'absent' });
    store.intercept = ({ kind }, answer) => {
      if (kind !== 'put') return undefined;
      sendError(answer, 501, 'NotImplemented');
      return 'taken';
    };
    const refused = writeOurs(store, 'put', 'one', { kind: 'absent' });
    await assert.rejects(refused, { code: 'not-implemented' });
    assert.deepEqual(sentTo(store, 'put', 'one'), ['put-if', 'put']);
  });

  it('is not sent for ever where a store heeds what it had ignored', async () => {
    for (const { write, condition } of conditionCapabilities) {
      const store = await stores.open({ treatments: treatAll('ignores'), versions: 'kept' });
      await learnByRace(store, write, condition);
      assert.equal(store.weaknesses.length, 1);
      store.intercept = ({ kind }, answer) => {
        if (kind !== write) return undefined;
        sendError(answer, 412, 'PreconditionFailed');
        return 'taken';
      };
      const refused = writeOurs(store, write, 'one', seen(store, condition, 'one'));
      await assert.rejects(refused, { code: 'changed-in-cloud' });
      assert.deepEqual(sentTo(store, write, 'one'), [`${write}-if`]);
    }
  });

  it('is carried out where another one beside it finds the condition inverted', async () => {
    for (const { write, condition } of conditionCapabilities) {
      const store = await stores.open({ treatments: treatAll('inverts') });
      let open: () => void = () => undefined;
      const bothAreThere = new Promise<void>(resolve => (open = resolve));
      let arrived = 0;
      store.before = async ({ kind, isConditional }) => {
        if (kind !== write || !isConditional) return;
        if (++arrived === 2) open();
        await bothAreThere;
      };
      await Promise.all(
        ['one', 'two'].map(key => writeOurs(store, write, key, seen(store, condition, key))),
      );
      assert.deepEqual([store.bytes('one'), store.bytes('two')], ['ours', 'ours']);
    }
  });
});

function hasCrc32({ crc32 }: StoreRequest): boolean {
  return crc32 !== undefined;
}

function hasCondition({ isConditional }: StoreRequest): boolean {
  return isConditional;
}

function hasEither(request: StoreRequest): boolean {
  return hasCrc32(request) || hasCondition(request);
}

function toldCode(error: { readonly code: string }): string {
  return error.code;
}

function forbidHeads({ kind }: StoreRequest, answer: ServerResponse): 'taken' | undefined {
  if (kind !== 'head') return undefined;
  answer.writeHead(403).end();
  return 'taken';
}
