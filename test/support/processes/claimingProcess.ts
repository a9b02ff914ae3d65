import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { Claims } from '../../../src/engine/records/claims';
import { Database } from '../../../src/engine/records/database';
import { EngineLocks } from '../../../src/engine/records/engineLocks';

/** A process that has claimed something, as the engine of another window. */
export interface ClaimingProcess {
  /** The id of its engine. */
  readonly engine: string;
  kill(): Promise<void>;
}

/** Resolves when the claim is made. */
export async function claimingProcess(storage: string, subject: string): Promise<ClaimingProcess> {
  const child = fork(__filename, [storage, subject]);
  const [engine] = (await once(child, 'message')) as [string];
  return {
    engine,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

const [, script, storage, subject] = process.argv;
if (script === __filename && storage !== undefined && subject !== undefined) {
  const fail = (why: unknown) => {
    throw new Error(String(why));
  };
  const database = Database.open({
    file: join(storage, 'receipts.sqlite'),
    onBroken: fail,
    onError: fail,
  });
  const locks = new EngineLocks(join(storage, 'locks'), fail);
  const release = new Claims(database, locks).tryTake(subject);
  if (release === undefined) throw new Error('Somebody else has it.');
  process.send?.(locks.id());
  // Held alive by the channel to its parent.
  process.on('message', release);
}
