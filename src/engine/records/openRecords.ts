import type { LogEntry } from '../../protocol/host';
import { Failure } from '../failures/failure';
import { CapabilityRecords } from './capabilityRecords';
import { Claims } from './claims';
import { Database } from './database';
import { EngineLocks } from './engineLocks';
import { Receipts } from './receiptStore';
import { Unfinished } from './unfinished';

/** What is to outlive the engine. */
export interface Records {
  readonly receipts: Receipts;
  readonly unfinished: Unfinished;
  readonly capabilities: CapabilityRecords;
}

export interface RecordsOptions {
  readonly file: string;
  /** The folder, absolute, in which each engine has its lock. */
  readonly locksFolder: string;
  readonly log: (level: LogEntry['level'], message: string) => void;
  readonly warn: (failure: Failure) => void;
}

/** If the file cannot be opened, records last as long as the window; all is proved again then. */
export function openRecords({ file, locksFolder, log, warn }: RecordsOptions): Records {
  try {
    const database = Database.open({
      file,
      onBroken(renamedTo, why) {
        log('warning', `Receipts were broken and begin anew (${String(why)}): ${renamedTo}`);
      },
      onError(why) {
        log('error', `Receipts could not be kept and are proved again later: ${String(why)}`);
        warn(new Failure('records-not-kept', file, why));
      },
    });
    const engines = new EngineLocks(locksFolder, why => {
      log('error', `Other windows cannot tell that this one is at work: ${String(why)}`);
    });
    return {
      receipts: new Receipts(database),
      unfinished: new Unfinished(database, new Claims(database, engines)),
      capabilities: new CapabilityRecords(database),
    };
  } catch (error) {
    log('error', `Receipts cannot be kept in ${file}: ${String(error)}`);
    warn(new Failure('records-not-kept', file, error));
    const database = Database.inMemory();
    return {
      receipts: new Receipts(database, String(error)),
      unfinished: new Unfinished(database),
      capabilities: new CapabilityRecords(database),
    };
  }
}
