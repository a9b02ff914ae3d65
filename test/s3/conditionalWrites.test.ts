import assert from 'node:assert/strict';

import {
  beforeNext,
  learnByRace,
  openStores,
  refusesUnseen,
  seen,
  sentTo,
  takeNext,
  writeOurs,
} from '../support/servers/conditionalWrites';
import { treatAll, treatOnly } from '../support/servers/conditionStore';

const writes = ['put', 'completion'] as const;
const conditions = ['absent', 'unchanged'] as const;
const capabilities = writes.flatMap(write => conditions.map(condition => ({ write, condition })));

const stores = openStores();
afterEach(() => stores.closeAll());

describe('A write under a condition', function () {
  this.timeout(30_000);

  for (const { write, condition } of capabilities) {
    describe(`as a ${write} of what is ${condition}`, () => {
      for (const [treatment, sent] of [
        ['honours', [`${write}-if`]],
        ['ignores', [`${write}-if`]],
        ['refuses', [`${write}-if`, write]],
        ['inverts', [`${write}-if`, write]],
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
          // Only what is honoured needs no look.
          const needsNone = treatment === 'honours';
          assert.deepEqual(sentTo(store, write, 'after'), needsNone ? [`${write}-if`] : []);
        });
      }

      it('is looked at first though another kind of write has been honoured', async () => {
        for (const other of capabilities) {
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

  it('is refused without the right to read, which is named, before anything is sent', async () => {
    for (const { write, condition } of capabilities) {
      const store = await stores.open({ treatments: treatAll('honours') });
      const was = seen(store, condition, 'one');
      store.intercept = ({ kind }, answer) => {
        if (kind !== 'head') return undefined;
        answer.writeHead(403).end();
        return 'taken';
      };
      await assert.rejects(writeOurs(store, write, 'one', was), { code: 'read-denied' });
      assert.deepEqual(sentTo(store, write, 'one'), []);
    }
  });

  it('needs no right to read where its condition is known to be honoured', async () => {
    for (const { write, condition } of capabilities) {
      const store = await stores.open({ treatments: treatAll('honours') });
      await learnByRace(store, write, condition);
      const was = seen(store, condition, 'one');
      store.intercept = ({ kind }, answer) => {
        if (kind !== 'head') return undefined;
        answer.writeHead(403).end();
        return 'taken';
      };
      await writeOurs(store, write, 'one', was);
      assert.equal(store.bytes('one'), 'ours');
    }
  });
});
