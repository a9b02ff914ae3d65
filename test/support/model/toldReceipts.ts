import { Database } from '../../../src/engine/records/database';
import { Receipts, type FolderReceipts } from '../../../src/engine/records/receiptStore';
import type { Receipt } from '../../../src/engine/records/receipts';
import { withOverrides } from '../suite/withOverrides';

/** What a receipt says: that these bytes of a path were in the cloud under this ETag. */
export type Proof = Pick<Receipt, 'etag' | 'sha256'> & { readonly path: string };

/**
 * Receipts in memory that tell of each proof as it is noted down. What is noted of a file that was
 * freed, or of a reading that is not to be trusted, is no new proof.
 */
export function toldReceipts(onProof: (proof: Proof) => void): Receipts {
  return new ToldReceipts(onProof);
}

class ToldReceipts extends Receipts {
  readonly #onProof: (proof: Proof) => void;

  constructor(onProof: (proof: Proof) => void) {
    super(Database.inMemory());
    this.#onProof = onProof;
  }

  override of(...args: Parameters<Receipts['of']>): FolderReceipts {
    const receipts = super.of(...args);
    const tell = ({ local, etag, sha256, freedAt }: Receipt) => {
      if (freedAt === undefined) this.#onProof({ path: local.path, etag, sha256 });
    };
    return withOverrides(receipts, {
      put(receipt) {
        tell(receipt);
        receipts.put(receipt);
      },
      putSoon(receipt) {
        tell(receipt);
        return receipts.putSoon(receipt);
      },
    });
  }

  override close(): void {
    // The next engine reads them.
  }
}
