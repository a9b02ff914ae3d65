import type { LogEntry } from '../../protocol/host';
import { openDatabase } from './database';
import { Failure } from '../failures/failure';
import { receiptsIn } from './receiptDatabase';
import { receiptsInMemory, type Receipts } from './receipts';
import { unfinishedInMemory, type Unfinished } from './unfinished';
import { unfinishedInDatabase } from './unfinishedInDatabase';

/** What is to outlive the engine. */
export interface Records {
  readonly receipts: Receipts;
  readonly unfinished: Unfinished;
}

/** Without a file for them receipts last as long as the window: everything is proved again then. */
export function openRecords(
  file: string,
  tell: (level: LogEntry['level'], message: string) => void,
  warn: (failure: Failure) => void,
): Records {
  try {
    const database = openDatabase(
      file,
      (setAside, why) => {
        tell(
          'warning',
          `The receipts were broken and are begun anew (${String(why)}): ${setAside}`,
        );
      },
      why => {
        tell('error', `Receipts could not be kept and are proved again later: ${String(why)}`);
        warn(new Failure('records-not-kept', file, String(why)));
      },
    );
    return { receipts: receiptsIn(database), unfinished: unfinishedInDatabase(database) };
  } catch (error) {
    tell('error', `Receipts cannot be kept in ${file}: ${String(error)}`);
    warn(new Failure('records-not-kept', file, String(error)));
    return { receipts: receiptsInMemory(String(error)), unfinished: unfinishedInMemory() };
  }
}
