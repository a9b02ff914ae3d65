import assert from 'node:assert/strict';
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

import { Claims } from '../../../src/engine/records/claims';
import { Database } from '../../../src/engine/records/database';
import { EngineLocks } from '../../../src/engine/records/engineLocks';
import { eventually } from '../../support/suite/eventually';
import { temporaryFolder, type TemporaryFolder } from '../../../dev/temporaryFolder';
import { claimingProcess, type ClaimingProcess } from '../../support/processes/claimingProcess';

const { signal } = new AbortController();

describe('What an engine has claimed', () => {
  let folder: TemporaryFolder;
  const others: ClaimingProcess[] = [];
  const closing: { close(): void }[] = [];

  beforeEach(async () => {
    folder = await temporaryFolder('claims');
  });
  afterEach(async () => {
    for (const other of others.splice(0)) await other.kill();
    for (const each of closing.splice(0)) each.close();
    await folder.remove();
  });

  function fail(why: unknown): never {
    assert.fail(String(why));
  }

  /** The claims of one more engine of this process. */
  function engine(): Claims {
    const database = Database.open({
      file: join(folder.path, 'receipts.sqlite'),
      onBroken: fail,
      onError: fail,
    });
    const locks = new EngineLocks(join(folder.path, 'locks'), fail);
    closing.push(locks, database);
    return new Claims(database, locks);
  }

  async function otherProcess(subject: string): Promise<ClaimingProcess> {
    const other = await claimingProcess(folder.path, subject);
    others.push(other);
    return other;
  }

  function locks(): readonly string[] {
    return readdirSync(join(folder.path, 'locks'));
  }

  it('no other engine gets until it is given up', async () => {
    const [one, other] = [engine(), engine()];
    const release = one.tryTake('a');
    assert.ok(release !== undefined);
    assert.equal(one.tryTake('a'), undefined);
    assert.equal(other.tryTake('a'), undefined);
    assert.ok(other.tryTake('b') !== undefined);
    const waiting = other.take('a', signal);
    release();
    (await waiting)();
    // It is given up together with what else is written in the same turn.
    await eventually(() => {
      assert.ok(one.tryTake('a') !== undefined);
    });
  });

  it('no engine of another process gets, and is free once that process was killed', async () => {
    const other = await otherProcess('a');
    const own = engine();
    assert.deepEqual(own.engines.others(), [other.engine]);
    assert.equal(own.tryTake('a'), undefined);
    await other.kill();
    assert.deepEqual(own.engines.others(), []);
    assert.ok(own.tryTake('a') !== undefined);
  });

  it('is waited for until the user cancels', async () => {
    const [one, other] = [engine(), engine()];
    assert.ok(one.tryTake('a') !== undefined);
    const cancelling = new AbortController();
    const waiting = other.take('a', cancelling.signal);
    cancelling.abort();
    (await waiting)();
    assert.equal(other.tryTake('a'), undefined);
  });

  it('leaves no lock behind for ever', async () => {
    const other = await otherProcess('a');
    await other.kill();
    assert.deepEqual(locks(), [`${other.engine}.lock`]);
    // One that is young may belong to an engine that is about to lock it.
    engine().tryTake('b');
    assert.equal(locks().length, 2);
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    for (const lock of locks()) utimesSync(join(folder.path, 'locks', lock), longAgo, longAgo);
    const own = engine();
    own.tryTake('c');
    assert.equal(locks().length, 2);
    own.engines.close();
    assert.equal(locks().length, 1);
  });
});
